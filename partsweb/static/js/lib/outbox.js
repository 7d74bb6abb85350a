// Every write goes through here, online too: it is kept on the phone first, then sent, in order, by
// one sender for all tabs. Being online is only the fast path.
import * as store from "./outbox-store.js";
import { afterFailure, nextOf, outcomeOf } from "./outbox-rules.js";

const SENDER = "partsweb.outbox";
const PATIENCE_MS = { poor: 800, good: 6000, files: 20_000 };
const FILES_MISSING = 412;
const FILES_AT_ONCE = 3;
const QUICK_MS = 1500;
const LONGEST_SEND_MS = 120_000;
const channel = globalThis.BroadcastChannel ? new BroadcastChannel(SENDER) : undefined;
channel?.unref?.(); // Node's tests would wait for it
const listeners = new Set();
const live = new Map(); // entry id → {request, resolve}: somebody stands before the form
let lostAt = globalThis.navigator?.onLine === false ? new Date() : null;

/** Since when nothing of ours was heard; null while there is signal. */
export const lostSince = () => lostAt;

const underWay = new Map(); // entry id → its files' promise
let lastFileMs = Infinity;
let signedOut = false;

/** Whether what waits can't go before its owner signs in again. */
export const wantsSignIn = () => signedOut;

/** Something of ours was heard, or nothing where something should have been. */
export function heard(something) {
  lostAt = something ? null : (lostAt ?? new Date());
}

export const onChange = (listener) => (listeners.add(listener), () => listeners.delete(listener));
channel?.addEventListener("message", ({ data }) => {
  heard(!data.lost);
  signedOut = data.signedOut;
  listeners.forEach((listener) => listener());
});

/** Other tabs, and the worker that sends while none is open, know it at once. */
function changed() {
  channel?.postMessage({ lost: Boolean(lostAt), signedOut });
  listeners.forEach((listener) => listener());
}

/** An entry of a form's content. Files become bytes: the page may be gone when they are sent. */
export async function entryOf(body, { url, page, title, lane, user, about = "", makes = "" }) {
  const [fields, files] = [[], []];
  for (const [name, value] of body) {
    if (typeof value === "string") fields.push([name, value]);
    else if (value.size || value.name) files.push({ field: name, name: value.name, type: value.type, bytes: await value.arrayBuffer() });
  }
  const id = fields.find(([name]) => name === "operation_id")[1];
  fields.push(["_title", title], ["_page", page]);
  const replaces = fields.find(([name]) => name === "replaces")?.[1];
  return { id, replaces, user, lane, url, page, title, about, makes, fields, files, state: "waiting", tries: 0, at: Date.now() };
}

/** Send an entry that is kept here, and answer with the server's page, or with nothing while it waits. */
export async function send(entry, request) {
  changed();
  const answer = new Promise((resolve) => live.set(entry.id, { request, resolve }));
  void drain(entry.user);
  const first = await Promise.race([answer, patience(entry)]);
  live.delete(entry.id);
  return first;
}

function patience({ files }) {
  const wait = lostAt || !navigator.onLine ? PATIENCE_MS.poor : files.length ? PATIENCE_MS.files : PATIENCE_MS.good;
  return new Promise((resolve) => setTimeout(resolve, wait));
}

/** Send what waits, in order. Only one does it at a time, in whichever tab or worker. */
export function drain(user) {
  if (!user) return Promise.resolve();
  if (!navigator.locks) return (drain.running ??= sendAll(user).finally(() => (drain.running = undefined)));
  return navigator.locks.request(SENDER, () => sendAll(user));
}

async function sendAll(user) {
  for (;;) {
    const entries = await store.entriesOf(user);
    const entry = nextOf(entries);
    if (!entry) return;
    const sent = sendOne(entry);
    sendAhead(entries);
    if (!(await sent)) return;
  }
}

/** Whether the next one may go. */
async function sendOne(entry) {
  const waiting = live.get(entry.id);
  const { files, inTheWay } = await sendFiles(entry);
  const { answer, response, text } = inTheWay ?? (await post({ ...entry, files }, waiting?.request));
  if (answer?.status === FILES_MISSING) await forgetSent(entry);
  const outcome = outcomeOf(answer, entry.id);
  const stillLive = live.get(entry.id);
  heard(outcome !== "unknown" || answer?.status);
  if (outcome !== "unknown") signedOut = outcome === "signed out";
  if (outcome === "kept") await kept(entry);
  if (outcome === "refused") await refused(entry, { isLive: Boolean(waiting), stillLive, text });
  const goOn = outcome === "unknown" ? await failed(entry, answer) : outcome !== "signed out";
  changed();
  stillLive?.resolve(outcome === "unknown" ? undefined : response);
  return goOn;
}

/** The server has it; with it goes the refused one that it corrects. */
async function kept(entry) {
  await store.settle(entry.id, { url: entry.url, title: entry.title });
  if (entry.replaces) await store.remove(entry.replaces);
}

/** In the open form the words stand there. Later the server is told so, and keeps it whole. */
async function refused(entry, { isLive, stillLive, text }) {
  if (stillLive) await store.remove(entry.id);
  else if (!isLive) await store.change(entry.id, { state: "needs you", problem: wordsIn(text) });
}

/** Without signal everything waits; with signal a single bad entry holds up only its own lane. */
async function failed(entry, answer) {
  if (!(await isOurs(entry.user))) return false;
  const after = afterFailure(entry);
  await store.change(entry.id, { ...after, ...(after.state && answer?.status === 413 ? { problem: "It is too large to send." } : {}) });
  return after.state === "stuck";
}

/** Files need no order: where they are quick, those of the next writes are under way while one is sent. */
function sendAhead(entries) {
  if (lastFileMs > QUICK_MS) return;
  const next = entries.filter(({ id, state, files }) => state === "waiting" && !underWay.has(id) && files.some(({ hash }) => !hash));
  for (const entry of next.slice(0, FILES_AT_ONCE - underWay.size)) sendFiles(entry).catch(() => {});
}

/** Send the files that the server doesn't have yet, each once: {files} with what they are called there,
    or {inTheWay}. */
function sendFiles(entry) {
  if (entry.files.every(({ hash }) => hash)) return { files: entry.files };
  if (!underWay.has(entry.id)) underWay.set(entry.id, sendEach(entry).finally(() => underWay.delete(entry.id)));
  return underWay.get(entry.id);
}

async function sendEach(entry) {
  for (const [at, file] of entry.files.entries()) {
    if (file.hash) continue;
    const headers = { ...headersOf(entry), "Content-Type": "application/octet-stream" };
    const bytes = await store.bytesOf(entry, at);
    const begun = Date.now();
    const came = await fetchOnce("/phone/files", bytes, headers);
    const known = received(came, bytes);
    lastFileMs = known ? Date.now() - begun : Infinity;
    if (!known) return { inTheWay: { answer: { ...came.answer, operation: undefined } } };
    file.hash = known.hash;
    await store.change(entry.id, { files: entry.files });
  }
  return { files: entry.files };
}

/** What the server says it has, if it is all of the file. */
function received({ answer, text }, bytes) {
  try {
    const said = answer?.status === 200 && JSON.parse(text);
    return said?.hash && said.size === bytes.byteLength ? said : undefined;
  } catch {
    return undefined; // a captive portal speaks no JSON
  }
}

/** They were swept: the next try sends them again. */
const forgetSent = (entry) => store.change(entry.id, { files: entry.files.map(({ hash, ...file }) => file) });

/** Where nobody stands before the form, the word that it is kept is enough, without its page. */
function post(entry, request) {
  const headers = { ...headersOf(entry, request), ...(request ? {} : { Prefer: "return=minimal" }) };
  return fetchOnce(entry.url, bodyOf(entry), headers);
}

async function fetchOnce(url, body, headers) {
  const controller = new AbortController();
  const late = setTimeout(() => controller.abort(), LONGEST_SEND_MS);
  try {
    const response = await fetch(url, {
      method: "POST",
      body,
      headers,
      credentials: "same-origin",
      // A captive portal leads elsewhere; we never do for a fragment.
      redirect: "manual",
      signal: controller.signal,
    });
    const text = await response.clone().text();
    const said = response.headers;
    return { response, text, answer: { status: response.status, operation: said.get("Operation"), outcome: said.get("Operation-Outcome") } };
  } catch {
    return {};
  } finally {
    clearTimeout(late);
  }
}

function headersOf(entry, request) {
  const usual = { "HX-Request": "true", "HX-Request-Type": "partial", Accept: "text/html" };
  return { ...usual, ...(request?.headers ?? { Replayed: "true" }), "For-Person": entry.user };
}

/** The fields, and the files by name: their bytes are there already. */
function bodyOf({ fields, files }) {
  const named = files.map(({ field, name, type, hash }) => ["_file", JSON.stringify([field, name, type, hash])]);
  return new URLSearchParams([...fields, ...named]);
}

/** Whether our server answers, and takes us for who we are. */
export async function isOurs(user) {
  const ours = await pinged(user);
  heard(ours);
  changed();
  return ours;
}

async function pinged(user) {
  try {
    const answer = await fetch("/ping", { headers: { Accept: "application/json" }, redirect: "manual", cache: "no-store" });
    return answer.ok && (await answer.json()).person === user;
  } catch {
    return false;
  }
}

const wordsIn = (html = "") =>
  html.replace(/<[^>]*>/g, " ").replace(/&(#39|quot|amp|lt|gt);/g, (_, name) => ({ "#39": "'", quot: '"', amp: "&", lt: "<", gt: ">" })[name])
    .replace(/\s+/g, " ").trim().slice(0, 500);

// --- What its owner does about it ---------------------------------------------------------------

export async function counts(user) {
  const entries = await store.entriesOf(user);
  const needsYou = entries.filter(({ state }) => state !== "waiting").length;
  return { waiting: entries.length - needsYou, needsYou };
}

export async function retry(id, user) {
  await store.change(id, { state: "waiting", tries: 0, problem: "" });
  changed();
  return drain(user);
}

/** Taken back for good: its running number is told to the server, so that nobody looks for it. */
export async function withdraw(id) {
  const entry = await store.get(id);
  await store.remove(id);
  changed();
  return entry;
}

export { store };
