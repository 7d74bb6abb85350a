// Text as search compares it, the same as catalogue.queries.folded and compact on the server; both
// are held to tests/js/folding.json.

const PLAIN = /^[ -~]*$/;
const isKept = /[\p{L}\p{N}\-.+%°]/u;
const isLetterOrDigit = /[\p{L}\p{N}]/u;
const marks = new Map();

/** Lower case, no accents, single spaces, no brackets. */
export function folded(text) {
  if (PLAIN.test(text)) return text.toLowerCase().replace(/[^a-z0-9\-.+%]+/g, " ").trim();
  let kept = "";
  for (const character of caseless(text.normalize("NFKD"))) {
    if (isKept.test(character)) kept += character;
    else if (!isMark(character)) kept += " ";
  }
  return kept.trim().replace(/ +/g, " ");
}

/** A code: letters and digits alone. */
export function compact(code) {
  if (PLAIN.test(code)) return code.toLowerCase().replace(/[^a-z0-9]+/g, "");
  return [...folded(code)].filter((character) => isLetterOrDigit.test(character)).join("");
}

/** What search looks through: `|sku|code| sku description code `. */
export function wordsOf(sku, description, codes) {
  return `|${[sku, ...codes].map(compact).join("|")}| ${folded([sku, description, ...codes].join(" "))} `;
}

/** As Unicode folds cases: ß is ss, both sigmas are one, a dotless i stays. */
function caseless(text) {
  return [...text].map((one) => (one === "ı" ? one : one.toLowerCase().toUpperCase().toLowerCase().replace("ς", "σ"))).join("");
}

/** Whether it is written over or under another letter: then normalizing moves it past others. */
function isMark(character) {
  if (!/\p{M}/u.test(character)) return false;
  if (!marks.has(character)) {
    const [after, before] = [`a${character}\u0334`, `a\u0345${character}`];
    marks.set(character, after.normalize("NFD") !== after || before.normalize("NFD") !== before);
  }
  return marks.get(character);
}
