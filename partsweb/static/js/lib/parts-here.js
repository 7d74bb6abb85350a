// Asks the worker that searches the catalogue on this phone; each answer is undefined where none is held.
import { compact } from "./folding.js";

const WORKER = new URL("../workers/search-parts.js", import.meta.url);
const waiting = new Map();
let [worker, number] = [undefined, 0];

function ask(what) {
  worker ??= started();
  number += 1;
  const id = number;
  return new Promise((resolve) => {
    waiting.set(id, resolve);
    worker.postMessage({ id, ...what });
  });
}

function started() {
  const made = new Worker(WORKER, { type: "module" });
  const answer = (id, found) => (waiting.get(id)?.(found), waiting.delete(id));
  made.onmessage = ({ data: { id, found } }) => answer(id, found);
  made.onerror = () => [...waiting.keys()].forEach((id) => answer(id));
  return made;
}

/** {parts, alike, van}: what was found, what the own van has first, as on the server; or only that. */
export async function findParts(text, user, { ownVan = false } = {}) {
  const van = await vanOf(user);
  const found = await ask({ find: text, among: ownVan ? Object.keys(van?.held ?? {}) : undefined });
  if (!found) return undefined;
  const code = compact(text);
  const isIt = ({ sku, codes }) => [sku, ...codes.map(([one]) => one)].some((one) => compact(one) === code);
  const rank = (part) => (isIt(part) ? 0 : 2) + (inVan(van, part) ? 0 : 1);
  return { ...found, van, parts: found.parts.toSorted((a, b) => rank(a) - rank(b)) };
}

/** The part of an id. */
export const partById = (id) => ask({ byId: id });

/** {part, quantity} that a code stands for; `codes` are its spellings, the surest first. */
export const partByCodes = (codes) => ask({ byCodes: codes });

/** What lay in the person's van when the day was fetched: {name, held: {id: quantity}}. */
export async function vanOf(user) {
  try {
    const answer = await caches.match("/phone/van", { cacheName: `pages-${user}` });
    return (await answer?.json()) ?? undefined;
  } catch {
    return undefined;
  }
}

export const inVan = (van, { id }) => van?.held[id.replaceAll("-", "")];
