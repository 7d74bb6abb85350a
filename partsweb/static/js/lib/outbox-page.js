// Ties the outbox to a page: takes each form that htmx sends, and shows what became of it.
import { drain, entryOf, isOurs, onChange, send, store } from "./outbox.js";

const TIMER_MS = 30_000;

export const userOf = (page) => page.querySelector("meta[name=person]")?.content ?? "";

/** Whether the form may wait on the phone. What is signed for this moment, or too large, goes now. */
export const mayWait = (form) => !form.closest("[data-online]") && !form.elements.passkey;

function titleOf(form, submitter) {
  const heading = form.closest("main")?.querySelector("h1")?.textContent.trim() ?? document.title;
  const button = (submitter ?? form.querySelector("[type=submit]"))?.textContent.trim() ?? "";
  return button && !heading.startsWith(button) ? `${button} — ${heading}` : heading;
}

const aboutOf = (form) => form.closest("main")?.querySelector("h1")?.textContent.trim() ?? "";

const laneOf = (form) => form.closest("[data-lane]")?.dataset.lane ?? "";

export function useOutbox(page) {
  if (!globalThis.indexedDB) return;

  page.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
    const { request } = ctx;
    const [form, user] = [request.form, userOf(page)];
    // A whole new body is no form of ours: signing in and out.
    if (request.method !== "POST" || !form || !user || ctx.target === document.body || !mayWait(form)) return;
    const where = { url: request.action, page: location.pathname + location.search, title: titleOf(form, request.submitter), about: aboutOf(form), makes: form.elements.thing_id?.dataset.makes, lane: laneOf(form), user };
    // Begun now: what htmx queues dies with the page.
    const entry = entryOf(request.body, where);
    ctx.fetch = async (url, options) => {
      try {
        await entry.then(store.add);
      } catch {
        return notSaved(url, options);
      }
      const response = await send(await entry, options);
      return response ?? savedHere(page, ctx, where);
    };
  });

  const go = () => drain(userOf(page)).catch(() => {});
  addEventListener("online", go);
  document.addEventListener("visibilitychange", () => document.hidden || go());
  setInterval(go, TIMER_MS);
  onChange(askForSync);
  store.remember("user", userOf(page)).catch(() => {});
  go();
  // A page that came from the phone doesn't know whether there is signal.
  if (userOf(page) && navigator.serviceWorker?.controller) isOurs(userOf(page));
}

/** The phone has no room: it is sent at once or not at all, and the form keeps what was typed. */
async function notSaved(url, options) {
  try {
    return await fetch(url, options);
  } catch {
    // Neither kept nor sent.
  }
  const words = "NOT saved: this phone has no room left. What you typed is still here. Free some room, or find signal, and press again.";
  const body = `<div class="notice stop problem-notice"><p>${words}</p></div>`;
  return new Response(body, { status: 507, headers: { "Content-Type": "text/html" } });
}

/** The page that says so, from the template that every page carries, with its next steps. */
function savedHere(page, ctx, { title, lane }) {
  const template = page.getElementById("saved-here");
  if (!template || ctx.target?.id !== "page") {
    page.getElementById("notices")?.append(saved());
    return new Response(null, { status: 204 });
  }
  const copy = template.content.cloneNode(true);
  copy.querySelector("[data-title]").textContent = title;
  const order = copy.querySelector("[data-order]");
  order.hidden = !lane;
  if (lane) Object.assign(order.querySelector("a") ?? order, { href: `/orders/${encodeURIComponent(lane)}`, textContent: lane });
  const box = document.createElement("div");
  box.append(copy);
  return new Response(box.innerHTML, { headers: { "Content-Type": "text/html" } });
}

function saved() {
  const notice = document.createElement("toast-notice");
  notice.className = "notice wait";
  notice.innerHTML = "<p>Saved on this phone, waiting to send.</p>";
  return notice;
}

/** The browser wakes us when there is signal, also with no page open. */
async function askForSync() {
  try {
    await (await navigator.serviceWorker?.ready)?.sync?.register("outbox");
  } catch {
    // Not offered, or not allowed: the page's own timer does it.
  }
}
