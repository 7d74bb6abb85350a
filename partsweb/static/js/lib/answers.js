// Puts into words what went wrong on the way, in the form that it happened to, and points at the
// fields that a refusal names. What was typed is never touched.

const KEPT = "What you typed is still here.";

/** Words for an error that the server didn't word. `status` is 0 where no answer came. */
export function wordsFor(status, online = true) {
  if (!status && !online) return "No signal — nothing was sent, what you typed is still here.";
  if (!status) return `No answer came. ${KEPT} Press again when there is signal: it counts once.`;
  if (status === 401) return `You have been signed out. ${KEPT} Sign in, come back and press again:`;
  if (status === 403) return `You may not do this. ${KEPT}`;
  if (status === 404) return `This is not here any more. ${KEPT}`;
  if (status === 413) return `That is too large to send. Choose fewer or smaller files. ${KEPT}`;
  if (status >= 500) return `Something broke at our end. ${KEPT} Press again: it counts once.`;
  return `That didn’t work. ${KEPT}`;
}

/** Whether a request or its answer was lost on the way, rather than in our own script. */
export function neverAnswered({ ctx, error }) {
  if (!ctx || ctx.text !== undefined) return false;
  return error === "timeout" || ["TypeError", "AbortError", "TimeoutError"].includes(error?.name);
}

const formOf = (ctx) => ctx.request.form ?? ctx.sourceElement?.closest?.("form");
const isPost = (ctx) => ctx.request.method === "POST";

function say(ctx, words, ...more) {
  const place = isPost(ctx) && formOf(ctx)?.querySelector(".problems");
  if (place) {
    place.replaceChildren(notice("div", words, more));
    show(place);
  } else {
    document.getElementById("notices")?.append(notice("toast-notice", words, more));
  }
}

function notice(tag, words, more) {
  const box = document.createElement(tag);
  const text = document.createElement("p");
  box.className = "notice stop";
  text.append(words, ...more);
  box.append(text);
  return box;
}

/** A way to sign in that leaves this page as it is. */
function signIn(href) {
  const link = document.createElement("a");
  Object.assign(link, { href, target: "_blank", textContent: "Sign in" });
  return link;
}

function show(place) {
  place.scrollIntoView({ block: "nearest" });
}

/** Mark the fields that the refusal is about, and stand in the first of them. */
function point(form, place) {
  let first;
  for (const about of place.querySelectorAll("[data-field]")) {
    const named = form.elements.namedItem(about.dataset.field);
    const field = named instanceof RadioNodeList ? named[0] : named;
    if (!field || field.type === "hidden") continue;
    field.setAttribute("aria-invalid", "true");
    field.addEventListener("input", () => field.removeAttribute("aria-invalid"), { once: true });
    first ??= field;
  }
  first?.focus({ preventScroll: true });
}

export function wordAnswers(page) {
  page.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    if (!isPost(ctx)) return;
    const form = formOf(ctx);
    form?.querySelector(".problems")?.replaceChildren();
    form?.querySelectorAll("[aria-invalid]").forEach((field) => field.removeAttribute("aria-invalid"));
  });

  page.addEventListener("htmx:error", ({ detail }) => {
    if (neverAnswered(detail)) say(detail.ctx, wordsFor(0, navigator.onLine));
  });

  // Signed out while a form was being filled in: going to the sign-in now would lose it.
  page.addEventListener("htmx:before:response", (event) => {
    const { ctx } = event.detail;
    if (ctx.response.status !== 401 || !isPost(ctx) || !formOf(ctx)) return;
    event.preventDefault();
    say(ctx, wordsFor(401), " ", signIn(ctx.hx?.redirect || "/signin"));
  });

  page.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    if (!isPost(ctx) || !(ctx.response?.status >= 400)) return;
    const form = formOf(ctx);
    const place = form?.querySelector(".problems");
    if (!place) return;
    if (!place.textContent.trim()) return say(ctx, wordsFor(ctx.response.status));
    show(place);
    point(form, place);
  });
}
