// Every POST carries an operation: an id, when it was done, on which device. It is minted when the
// form is submitted, never in HTML that caches keep. The server applies an id once, so pressing
// again after an answer was lost must send the same id, and a changed form must not.
import { deviceId, momentHere, uuid } from "./ids.js";

export const FIELDS = ["operation_id", "occurred_at", "device_id"];
// The id of the thing that a form makes: later operations name it, and a correction keeps it.
const THING = "thing_id";

/** A new operation, now. */
export function newOperation(make = { uuid, momentHere, deviceId }) {
  return {
    operation_id: make.uuid(),
    occurred_at: make.momentHere(),
    device_id: make.deviceId(),
  };
}

/** What is being said, without the operation: two submits that say the same are equal. */
export function contentOf(entries) {
  const said = [];
  for (const [name, value] of entries) {
    // A file field without a file gives an empty one that was "modified" just now.
    if (name === THING || FIELDS.includes(name) || (!value.name && value.size === 0)) continue;
    said.push([name, typeof value === "string" ? value : fileOf(value)]);
  }
  return JSON.stringify(said);
}

const fileOf = ({ name, size, lastModified }) => ({ name, size, lastModified });

/** The operation of this submit: the unanswered one when it says the same again, else a new one. */
export function operationFor(unanswered, content, make = newOperation) {
  if (unanswered && unanswered.content === content) return unanswered;
  return { ...make(), content };
}

const posts = (form, submitter) =>
  form instanceof HTMLFormElement &&
  (form.hasAttribute("hx-post") ||
    (submitter?.getAttribute("formmethod") ?? form.method).toLowerCase() === "post");

const current = new WeakMap(); // form → the operation of its latest submit
const unanswered = new WeakMap(); // form → an operation whose answer never came

function carry(form, operation) {
  for (const name of FIELDS) {
    const field = form.elements.namedItem(name);
    if (field && !field.dataset?.operation) continue; // the form asks for it itself
    const input = field ?? document.createElement("input");
    input.type = "hidden";
    input.name = name;
    input.dataset.operation = "true";
    input.value = operation[name];
    if (!field) form.append(input);
  }
  const thing = form.elements.namedItem(THING);
  if (thing && !thing.dataset.kept) thing.value = operation.operation_id;
}

// A tap may come before htmx has gone through the page: the form would leave by itself, past the outbox.
function takenByHtmx(form) {
  if (form.hasAttribute("hx-post") && !form.hasAttribute("data-htmx-powered")) globalThis.htmx?.process(form);
}

function release(form) {
  form.removeAttribute("aria-busy");
  for (const button of form.querySelectorAll("[data-pressed]")) delete button.dataset.pressed;
}

/** Give every submitted POST form its operation, and let it be sent once until it is answered. */
export function stampSubmits(page) {
  // In the capture phase: before htmx reads the form, and before a second tap reaches it.
  page.addEventListener("submit", (event) => {
    const form = event.target;
    if (!posts(form, event.submitter)) return;
    takenByHtmx(form);
    if (form.getAttribute("aria-busy") === "true") {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    const operation = operationFor(unanswered.get(form), contentOf(said(form, event.submitter)));
    unanswered.delete(form);
    current.set(form, operation);
    carry(form, operation);
    form.setAttribute("aria-busy", "true");
    if (event.submitter) event.submitter.dataset.pressed = "true";
    if (!form.hasAttribute("data-htmx-powered")) waitForPage(form, operation);
  }, true);

  // A submit that somebody else took over is not on its way.
  globalThis.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented && !form.hasAttribute("data-htmx-powered")) release(form);
  });

  // A POST that no form makes (a button with hx-post) gets its operation here.
  page.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
    if (ctx.request.method !== "POST" || ctx.request.body.has("operation_id")) return;
    for (const [name, value] of Object.entries(newOperation())) ctx.request.body.set(name, value);
  });

  page.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
    const form = ctx.request.form;
    if (!form || ctx.request.method !== "POST") return;
    release(form);
    const operation = current.get(form);
    if (operation && !isAnswered(ctx)) unanswered.set(form, operation);
    current.delete(form);
  });

  // Gone back to, a page may come out of memory with its forms as they were left.
  globalThis.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const form of page.querySelectorAll("form")) {
      release(form);
      unanswered.delete(form);
    }
  });
}

// Sent by the browser itself, whose answer we never see: a new page, or none (a download, a lost
// signal). So the form opens again after a while, and the same said again stays the same operation.
function waitForPage(form, operation) {
  unanswered.set(form, operation);
  setTimeout(() => release(form), 5000);
}

function said(form, submitter) {
  const entries = [...new FormData(form)];
  if (submitter?.name) entries.push([submitter.name, submitter.value]);
  return entries;
}

/** Kept or refused for good. A failure of the server, or an answer cut short, is neither. */
export function isAnswered({ response, text }) {
  if (!response || text === undefined) return false;
  return response.status < 500 && ![401, 408, 429].includes(response.status);
}
