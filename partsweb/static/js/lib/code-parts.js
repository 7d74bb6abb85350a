// What a code says of itself, read on the phone so that a scan is answered without signal: the
// numbers that name a part, the unit's serial, a count. GS1 messages and links, ISO 15434 labels;
// anything else is a number as it stands. What those numbers mean, the server knows.

const GS = "\x1d";
const GS1_KINDS = ["]C1", "]d2", "]Q3", "]e0", "]J1"];
// Lengths of the elements that end by themselves (GS1 General Specifications 7.8.4), and how long
// the identifiers are that aren't of two digits, by their first two.
const FIXED = { "00": 18, "01": 14, "02": 14, "03": 14, "04": 16, 11: 6, 12: 6, 13: 6, 14: 6, 15: 6, 16: 6, 17: 6, 18: 6, 19: 6, 20: 2, 31: 6, 32: 6, 33: 6, 34: 6, 35: 6, 36: 6, 41: 13 };
const LONGER = { 23: 3, 24: 3, 25: 3, 31: 4, 32: 4, 33: 4, 34: 4, 35: 4, 36: 4, 39: 4, 40: 3, 41: 3, 42: 3, 43: 4, 70: 4, 71: 3, 72: 4, 80: 4, 81: 4, 82: 4 };
const PART_FIELDS = ["P", "1P", "30P"];

/** {numbers: what may name the part, serial, quantity: a count or undefined}. */
export function partsOf(text, kind = "") {
  const elements = linked(text) ?? message(text, kind);
  if (elements?.["01"] || elements?.["02"] || elements?.["21"]) return fromGs1(elements);
  const fields = label(text);
  if (fields) return { numbers: PART_FIELDS.flatMap((name) => fields[name] ?? []), serial: fields.S ?? "", quantity: count(fields.Q) };
  return { numbers: [text.trim()], serial: "", quantity: undefined };
}

/** Whether the code names a kind of part, and no unit of it: a retail code, a message without serial. */
export function namesOnlyThePart({ text, format = "", kind = "" }) {
  return /^(EAN|UPC)/.test(format) || (partsOf(text, kind).serial === "" && GS1_KINDS.includes(kind));
}

/** The same number for a GTIN in 8, 12, 13 or 14 digits. */
export function plain(number) {
  return /^(\d{8}|\d{12,14})$/.test(number) ? number.padStart(14, "0") : number.toUpperCase();
}

function fromGs1(elements) {
  const gtin = elements["01"] ?? elements["02"];
  return { numbers: gtin ? [gtin] : [], serial: elements["21"] ?? "", quantity: count(elements["30"] ?? elements["37"]) };
}

/** A GS1 Digital Link: …/01/GTIN/21/SERIAL. */
function linked(text) {
  if (!/^https?:\/\//i.test(text)) return undefined;
  const [path, query = ""] = text.split("#")[0].split("?");
  const steps = path.split("/");
  const at = steps.findIndex((step) => step === "01" || step === "gtin");
  const number = at < 0 ? new URLSearchParams(query).get("01") : steps[at + 1];
  if (!/^\d{8,14}$/.test(number ?? "")) return undefined;
  const found = { "01": number.padStart(14, "0") };
  for (let step = at < 0 ? steps.length : at + 2; step + 1 < steps.length; step += 2) {
    found[{ ser: "21", lot: "10" }[steps[step]] ?? steps[step]] = decoded(steps[step + 1]);
  }
  return found;
}

function decoded(step) {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}

/** An element string. Without a scanner's word for it, only one that begins with a trade number. */
function message(text, kind) {
  const said = GS1_KINDS.includes(text.slice(0, 3)) ? text.slice(3) : text;
  if (said === text && !GS1_KINDS.includes(kind) && !/^01\d{14}/.test(text)) return undefined;
  const found = {};
  for (let rest = said.replace(/^\x1d/, ""); rest; ) {
    const name = rest.slice(0, LONGER[rest.slice(0, 2)] ?? 2);
    const length = FIXED[rest.slice(0, 2)];
    const ends = length ? name.length + length : (rest + GS).indexOf(GS);
    if (!/^\d+$/.test(name) || rest.length < ends) return undefined;
    found[name] = rest.slice(name.length, ends);
    rest = rest.slice(ends).replace(/^\x1d/, "");
  }
  return found;
}

/** A label by ISO 15434 format 06, also with a piece of its envelope missing. */
function label(text) {
  const header = /^>?\[\)>\x1e?0?6\x1d?/;
  if (!header.test(text)) return undefined;
  const found = {};
  for (const part of text.replace(header, "").replace(/[\x1e\x04]+$/, "").split(GS)) {
    const [, name, value] = /^(\d{0,3}[A-Z])(.*)$/s.exec(part) ?? [];
    if (name) found[name] ??= value.replace(/^[\x1e\x04]+|[\x1e\x04]+$/g, "");
  }
  return found;
}

const count = (digits) => (/^\d+$/.test(digits ?? "") ? Number(digits) : undefined);
