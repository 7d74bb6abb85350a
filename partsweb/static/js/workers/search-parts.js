// Searches the catalogue that this phone holds, beside the page. Asked {id, find | byId | byCodes}.
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

self.onmessage = async ({ data: { id, find, byId, byCodes } }) => {
  const parts = await current().catch(() => undefined);
  let found;
  if (parts && find !== undefined) found = parts.find(find);
  if (parts && byId !== undefined) found = parts.byId(byId);
  if (parts && byCodes !== undefined) found = parts.byCodes(byCodes);
  self.postMessage({ id, found });
};
