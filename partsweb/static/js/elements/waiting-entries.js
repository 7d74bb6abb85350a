// What waits on this phone, of one lane or all of it, with what its owner can do about it.
import { onChange, retry, store, withdraw, drain } from "../lib/outbox.js";
import { userOf } from "../lib/outbox-page.js";
import { sizeOf } from "../lib/sizes.js";

const STATES = { waiting: ["waiting", "wait"], "needs you": ["needs you", "stop"], stuck: ["stuck", "warn"] };

class WaitingEntries extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this);
    this.forget = onChange(() => this.draw());
    this.draw();
  }

  disconnectedCallback() {
    this.removeEventListener("click", this);
    this.forget?.();
  }

  async handleEvent({ target }) {
    const button = target.closest("[data-do]");
    if (!button) return;
    const id = button.closest("[data-id]")?.dataset.id;
    const user = userOf(document);
    if (button.dataset.do === "send") drain(user);
    if (button.dataset.do === "retry") retry(id, user);
    if (button.dataset.do === "correct") this.correct(await store.get(id));
    if (button.dataset.do === "withdraw") this.ask(button, id);
  }

  /** Withdrawing can't be undone, so it is asked a second time, on the same button. */
  async ask(button, id) {
    if (button.dataset.sure) return tellWithdrawn(await withdraw(id));
    button.dataset.sure = "true";
    button.textContent = "Withdraw for good";
  }

  correct(entry) {
    sessionStorage.setItem("partsweb.correct", entry.id);
    location.assign(entry.page);
  }

  async draw() {
    const lane = this.getAttribute("lane");
    const entries = await store.entriesOf(userOf(document)).catch(() => []);
    const mine = lane === null ? entries : entries.filter((entry) => entry.lane === lane);
    if (!this.isConnected) return;
    this.querySelector("[data-rows]").replaceChildren(...mine.map((entry) => this.row(entry)));
    this.toggleAttribute("empty", !mine.length);
    const none = this.querySelector("[data-none]");
    if (none) none.hidden = Boolean(mine.length);
  }

  /** What can be done with a thing that was made here, though the server doesn't know it yet. */
  offerNext(next, { makes, fields, state }) {
    if (!next) return;
    const thing = makes && fields.find(([name]) => name === "thing_id")?.[1];
    next.hidden = !thing || state === "needs you" || fields.some(([name]) => name === "source");
    for (const link of next.querySelectorAll("[data-step]")) link.href = `${makes}/${thing}/${link.dataset.step}`;
  }

  row(entry) {
    const row = this.querySelector("template").content.cloneNode(true).firstElementChild;
    const [word, tone] = STATES[entry.state];
    const find = (name) => row.querySelector(`[data-${name}]`);
    row.dataset.id = entry.id;
    find("title").textContent = entry.title;
    find("text").textContent = textOf(entry);
    Object.assign(find("state"), { textContent: word, className: `state ${tone} filled` });
    Object.assign(find("problem"), { hidden: !entry.problem, textContent: entry.problem ?? "" });
    this.offerNext(find("next"), entry);
    const acts = find("acts");
    if (acts) acts.hidden = false;
    for (const button of row.querySelectorAll("[data-do=correct], [data-do=retry]")) button.hidden = entry.state === "waiting";
    return row;
  }
}

function textOf({ lane, at, files }) {
  const when = new Date(at).toTimeString().slice(0, 5);
  return [lane, when, files.length && filesSaid(files)].filter(Boolean).join(" · ");
}

/** What waits with it: 2 photos, 1.4 MB. */
function filesSaid(files) {
  const kind = files.every(({ type }) => type.startsWith("image/")) ? "photo" : "file";
  const bytes = files.reduce((sum, { size, bytes: kept }) => sum + (size ?? kept.byteLength), 0);
  return `${files.length} ${kind}${files.length > 1 ? "s" : ""}, ${sizeOf(bytes)}`;
}

/** The server would look for its number; told when there is signal, as any other write. */
function tellWithdrawn(entry) {
  const form = document.querySelector("form[action$='/withdrawals']");
  const number = entry?.fields.find(([name]) => name === "device_number")?.[1];
  if (!form || !number) return;
  form.elements.number.value = number;
  form.requestSubmit();
}

customElements.define("waiting-entries", WaitingEntries);
