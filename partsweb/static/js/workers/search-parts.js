// Searches the catalogue that this phone holds, beside the page. Asked {id, find | byId | byCodes};
// `among`: the only ids that count for find.
import { held, heldSaid } from "../lib/catalogue-store.js";
import { PartSearch } from "../lib/part-search.js";

let [search, version] = [undefined, undefined];

/** The catalogue as it is held now; read again when it was fetched anew. */
async function current() {
  const said = await heldSaid();
  if (!said) return undefined;
  if (said.version !== version) {
    const all = await held();
    if (!all) return undefined;
    [search, version] = [new PartSearch(all.lines, all.words), all.said.version];
  }
  return search;
}

/** Those of a few: the best of all parts may not be among them. */
function foundAmong(parts, text, ids) {
  const all = parts.find(text, Infinity);
  return { ...all, parts: all.parts.filter(({ id }) => ids.has(id.replaceAll("-", ""))) };
}

self.onmessage = async ({ data: { id, find, among, byId, byCodes } }) => {
  const parts = await current().catch(() => undefined);
  let found;
  if (parts && find !== undefined) found = among ? foundAmong(parts, find, new Set(among)) : parts.find(find);
  if (parts && byId !== undefined) found = parts.byId(byId);
  if (parts && byCodes !== undefined) found = parts.byCodes(byCodes);
  self.postMessage({ id, found });
};
