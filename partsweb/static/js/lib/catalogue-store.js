// The catalogue on this phone: fetched whole once, then what changed. Two texts in a cache, the lines
// as the server packed them and the words that search looks through, both under their version. What
// comes of it is compared by the server's hash of all lines; where it differs, it is fetched whole.
import { wordsOfLine } from "./part-search.js";

const CACHE = "catalogue";
const [LINES, WORDS] = ["/phone/catalogue", "/phone/catalogue/words"];

/** {said: {version, count, at}, lines, words}, or undefined where none is held. */
export async function held() {
  const cache = await caches.open(CACHE);
  const [lines, words] = await Promise.all([LINES, WORDS].map(async (name) => parted(await (await cache.match(name))?.text())));
  if (!lines || !words || lines.said.version !== words.said.version) return undefined;
  return { said: lines.said, lines: lines.text, words: words.text };
}

/** What is held, without reading all of it. */
export async function heldSaid() {
  const answer = await (await caches.open(CACHE)).match(WORDS);
  return answer ? JSON.parse(answer.headers.get("Said")) : undefined;
}

/** Ask the server what is new; whether anything is. */
export async function refresh({ ask = askServer, keep = kept } = {}) {
  const before = await sound(await held());
  const answer = await ask(before?.said.version);
  if (!answer) return false;
  const made = (await built(answer, before)) ?? (await built(await ask()));
  if (!made) throw new Error("The catalogue came damaged.");
  await keep({ ...made.said, at: Date.now() }, made);
  return true;
}

/** What is held, if it still is what it was; else it goes. */
async function sound(before) {
  if (!before || (await hashOf(before.lines)) === before.said.hash) return before;
  await caches.delete(CACHE);
  return undefined;
}

/** What comes of an answer, with the hash of it; undefined where it isn't what the server has. */
async function built(answer, before) {
  const { said, text } = parted(answer);
  const made = said.whole ? indexed(text) : merged(before, text);
  const hash = await hashOf(made.lines);
  return made.count === said.count && hash === (said.hash ?? hash) ? { ...made, said: { ...said, hash } } : undefined;
}

async function hashOf(text) {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function askServer(version) {
  const since = version ? `?since=${encodeURIComponent(version)}` : "";
  const answer = await fetch(`/phone/catalogue${since}`, { headers: { Accept: "text/plain" }, redirect: "manual", credentials: "same-origin" });
  // Without a person it is a captive portal's.
  if (!answer.headers.get("Person") || !answer.ok) throw new Error("no catalogue");
  if (answer.status === 204) return restamped();
  return answer.text();
}

/** Nothing is new: what is held is as good as fetched now. */
async function restamped() {
  const cache = await caches.open(CACHE);
  const answer = await cache.match(WORDS);
  const said = { ...JSON.parse(answer.headers.get("Said")), at: Date.now() };
  await cache.put(WORDS, new Response(await answer.text(), { headers: { Said: JSON.stringify(said) } }));
  return undefined;
}

async function kept(said, { lines, words }) {
  const cache = await caches.open(CACHE);
  const bytes = lines.length + words.length;
  const headers = { "Content-Type": "text/plain; charset=utf-8", Said: JSON.stringify({ ...said, bytes }) };
  for (const [name, text] of [[LINES, lines], [WORDS, words]]) {
    await cache.put(name, new Response(`${JSON.stringify(said)}\n${text}`, { headers }));
  }
}

function parted(answer) {
  if (answer === undefined) return undefined;
  const end = answer.indexOf("\n");
  return { said: JSON.parse(answer.slice(0, end)), text: answer.slice(end + 1) };
}

export function indexed(lines) {
  const each = lines ? lines.split("\n") : [];
  return { lines, words: each.map(wordsOfLine).join("\n"), count: each.length };
}

/** What was held, with what changed: lines of parts, and of parts that are gone. */
export function merged(before, changes) {
  const fresh = new Map();
  for (const line of changes ? changes.split("\n") : []) {
    if (line.startsWith("-")) fresh.set(line.slice(1), undefined);
    else fresh.set(line.slice(0, 32), line);
  }
  const words = before.words.split("\n");
  const old = before.lines ? before.lines.split("\n").map((line, at) => [line, words[at]]) : [];
  const stay = old.filter(([line]) => !fresh.has(line.slice(0, 32)));
  const come = [...fresh.values()].filter(Boolean).map((line) => [line, wordsOfLine(line)]);
  const all = [...stay, ...come].sort(([a], [b]) => inOrder(skuOf(a), skuOf(b)) || inOrder(a, b));
  return { lines: all.map(([line]) => line).join("\n"), words: all.map(([, one]) => one).join("\n"), count: all.length };
}

const skuOf = (line) => line.slice(33, line.indexOf("\t", 33));
const inOrder = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
