// The service worker: pages and files without signal. It never touches a POST: writes are the
// outbox's. Begun by /sw.js, which names the release and its files.
//
//   pages    network first for 3 s, else what the phone holds; after one time-out the phone first for
//            a minute. Kept by the person whom the server names in its answer, never by whom we think
//            is signed in; an answer that names nobody (a captive portal) counts as no signal.
//   files    from the phone, under the address of their release
import { drain } from "../lib/outbox.js";
import { makerOf, remember, remembered } from "../lib/outbox-store.js";
import { addressed, blankFor, isOpenToAll, isPage, keyOf, standInsOf, within } from "../lib/keeping.js";
import { refresh } from "../lib/catalogue-store.js";
import { pathOf } from "../lib/own-codes.js";

const PATIENCE_MS = 3000;
const PHONE_FIRST_MS = 60_000;
const AT_ONCE = 4;
let phoneFirstUntil = 0;
let current = "";

export function begin({ release, files, offline }) {
  const FILES = `files-${release}`;
  current = release;

  addEventListener("install", (event) => {
    event.waitUntil((async () => {
      const cache = await caches.open(FILES);
      await cache.addAll([...files, offline]);
      await self.skipWaiting();
    })());
  });

  addEventListener("activate", (event) => event.waitUntil(forgetOldReleases(FILES).then(() => self.clients.claim()).then(() => tellPages({ release }))));

  addEventListener("fetch", (event) => {
    const { request } = event;
    const url = new URL(request.url);
    if (url.origin !== location.origin) return;
    if (request.method === "POST" && url.pathname === "/signout") event.waitUntil(forgetPerson());
    if (request.method !== "GET") return;
    if (url.pathname.startsWith("/static/")) event.respondWith(file(request));
    else if (request.mode === "navigate" && pathOf(url.href)) event.respondWith(Response.redirect(pathOf(url.href), 302));
    else if (isPage(request, url)) event.respondWith(page(request, url, offline));
  });

  addEventListener("sync", (event) => {
    if (event.tag === "outbox") event.waitUntil(remembered("user").then((user) => drain(user)));
  });

  addEventListener("message", (event) => {
    if (event.data?.carry) event.waitUntil(carryAlong(event.data.carry).then(refresh).catch(() => {}));
  });
}

/** Files of this release and of the one before stay: an open page may still ask for those. */
async function forgetOldReleases(newest) {
  const kept = (await caches.keys()).filter((name) => name.startsWith("files-") && name !== newest);
  await Promise.all(kept.slice(0, -1).map((name) => caches.delete(name)));
}

/** Open pages hear of a new release, and ask before they take it. */
async function tellPages(told) {
  for (const page of await self.clients.matchAll({ type: "window" })) page.postMessage(told);
}

async function forgetPerson() {
  const user = await remembered("reader");
  if (user) await caches.delete(`pages-${user}`);
  await remember("reader", "");
}

async function file(request) {
  const held = await caches.match(request);
  if (held) return held;
  try {
    return await fetch(request);
  } catch {
    // Of another release: without signal ours is better than none.
    return (await caches.match(request.url.replace(/\/static\/[^/]+\//, `/static/${current}/`))) ?? Response.error();
  }
}

async function page(request, url, offline) {
  if (Date.now() < phoneFirstUntil) {
    const held = await heldPage(request, url);
    if (held) return held;
  }
  const asked = fromNetwork(request, url);
  const answer = await within(PATIENCE_MS, asked);
  if (answer?.status === 404 && (await isMadeHere(url))) return (await blank(url)) ?? answer;
  if (answer) return answer;
  phoneFirstUntil = Date.now() + PHONE_FIRST_MS;
  return (await heldPage(request, url)) ?? (await asked) ?? noPage(request, offline);
}

/** The server's own answer, kept where it is somebody's page; undefined where it isn't ours. */
async function fromNetwork(request, url) {
  let answer;
  try {
    answer = await fetch(request);
  } catch {
    return undefined;
  }
  const person = answer.headers.get("Person");
  const ours = person || isOpenToAll(url) || answer.type === "opaqueredirect" || answer.redirected || answer.status === 401;
  if (!ours) return undefined;
  phoneFirstUntil = 0;
  // Before its pages are kept, their files have to be.
  const release = answer.headers.get("Release");
  if (release && release !== current) registration.update().catch(() => {});
  if (person && answer.ok && !answer.redirected) await keep(person, request, url, answer.clone());
  return answer;
}

async function keep(person, request, url, answer) {
  try {
    await readBy(person);
    await (await caches.open(`pages-${person}`)).put(keyOf(request, url), answer);
  } catch {
    // No room: the page is shown all the same.
  }
}

/** From now on another person's pages are shown. Without room to write that down, the pages of the one
    before go: nobody reads them by mistake, and there is room. */
async function readBy(person) {
  const before = await remembered("reader");
  if (before === person) return;
  try {
    await remember("reader", person);
  } catch {
    await caches.delete(`pages-${before}`);
    await remember("reader", person);
  }
}

async function heldPage(request, url) {
  const person = await remembered("reader");
  if (!person) return undefined;
  for (const address of [url, ...standInsOf(request, url)]) {
    const answer = await caches.match(keyOf(request, address), { cacheName: `pages-${person}`, ignoreVary: true });
    if (answer) return answer;
  }
  return undefined;
}

/** Whether the address is of a thing that waits here: the server doesn't know it yet. */
async function isMadeHere({ pathname }) {
  const [, thing] = pathname.match(/^\/entries\/([^/]+)\//) ?? [];
  return Boolean(thing && (await makerOf(thing, await remembered("reader"))));
}

/** The blank form of that kind, as the form of this address. */
async function blank(url) {
  const [name, person] = [blankFor(url), await remembered("reader")];
  if (!name || !person) return undefined;
  const held = await caches.match(new URL(name, location.origin).href, { cacheName: `pages-${person}`, ignoreVary: true });
  return held && new Response(addressed(await held.text(), name, url), { headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": held.headers.get("Content-Security-Policy") ?? "default-src 'self'" } });
}

async function noPage(request, offline) {
  if (request.headers.get("HX-Request-Type") === "partial") return Response.error();
  const form = await blank(new URL(request.url));
  if (form) return form;
  return (await caches.match(offline)) ?? Response.error();
}

/** Fetch pages ahead: those of the day, also the ones that were never opened. */
async function carryAlong(pages) {
  const waiting = [...pages];
  const carry = async () => {
    for (let one = waiting.shift(); one; one = waiting.shift()) {
      const headers = one.part ? { "HX-Request": "true", "HX-Request-Type": "partial" } : {};
      const request = new Request(one.url, { headers, credentials: "same-origin" });
      if (!(await fromNetwork(request, new URL(request.url)))) return;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, carry));
  await remember("carried", Date.now());
}
