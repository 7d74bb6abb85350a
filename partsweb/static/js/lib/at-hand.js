// What a code means among the day's parts that the scan page carries: an answer without signal.
import { partsOf, plain } from "./code-parts.js";

/** The parts that it can be: by their codes, else by a unit in the van. {part, serial} each. */
export function knownAs(text, kind, parts) {
  const { numbers, serial } = partsOf(text, kind);
  const wanted = numbers.map(plain);
  const coded = parts.filter(({ codes }) => codes.some((code) => wanted.includes(plain(code))));
  if (coded.length) return coded.map((part) => ({ part, serial }));
  const number = serial || text.trim();
  return parts.filter(({ units }) => units.includes(number)).map((part) => ({ part, serial: number }));
}

/** What can be done with it for that purpose, the likeliest first: [{words, href, serial}]. */
export function waysFor({ part, serial }, purpose, order) {
  const install = part.install ? [{ words: part.asked ? `Install on ${order}` : `Fit it now on ${order}`, href: part.install, serial }] : [];
  const receive = part.receive.map((one) => ({ words: `Receive on ${one.order}`, href: one.href, serial: "" }));
  return purpose === "receive" ? [...receive, ...install] : [...install, ...receive];
}

/** Where to go at once; undefined where it is for the person to choose. */
export function wayAtOnce(found, purpose, order) {
  if (found.length !== 1) return undefined;
  const [{ part }] = found;
  if (purpose === "install") return part.asked ? waysFor(found[0], purpose, order)[0] : undefined;
  return purpose === "receive" && part.receive.length === 1 ? waysFor(found[0], purpose, order)[0] : undefined;
}
