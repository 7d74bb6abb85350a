// "Correct it": the form that was refused stands again with all that was in it, and what is sent
// names the entry that it replaces. The old one goes when the new one is acknowledged.
import { store } from "./outbox.js";

const CORRECTING = "partsweb.correct";
const OF_SENDING = /^(operation_id|occurred_at|device_id|device_number|_title|_page)$/;

export async function refill(page) {
  const id = sessionStorage.getItem(CORRECTING);
  if (!id) return;
  sessionStorage.removeItem(CORRECTING);
  const entry = await store.whole(id).catch(() => undefined);
  const form = entry && [...page.forms].find((one) => new URL(one.action, location.href).pathname === new URL(entry.url, location.href).pathname);
  if (!form) return;
  fill(form, entry);
  const input = Object.assign(document.createElement("input"), { type: "hidden", name: "replaces", value: id });
  form.append(input);
  say(form, entry.problem);
}

export function fill(form, { fields, files }) {
  for (const box of form.querySelectorAll("[type=checkbox], [type=radio]")) box.checked = false;
  for (const [name, value] of fields) {
    if (OF_SENDING.test(name)) continue;
    for (const field of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      if (/^(checkbox|radio)$/.test(field.type)) field.checked ||= field.value === value;
      else if (field.type !== "file") field.value = value;
      // What was done meanwhile with the thing that it makes still names it.
      if (name === "thing_id") field.dataset.kept = "true";
    }
  }
  for (const input of form.querySelectorAll("[type=file]")) {
    const given = new DataTransfer();
    for (const file of files) if (file.field === input.name) given.items.add(new File([file.bytes], file.name, { type: file.type }));
    input.files = given.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

function say(form, problem) {
  const notice = Object.assign(document.createElement("p"), { className: "notice stop", textContent: problem });
  form.querySelector(".problems")?.replaceChildren(notice);
}
