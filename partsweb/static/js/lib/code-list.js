// Numbers of units in a field, one a line, and what of a scanned code is the unit's number.
import { namesOnlyThePart, partsOf } from "./code-parts.js";

export const codesIn = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);

/** The unit's own number; empty where the code only names its part. */
export function unitOf(code) {
  const { serial } = partsOf(code.text, code.kind);
  if (serial) return serial;
  return namesOnlyThePart(code) ? "" : code.text.trim();
}

/** The list with one more, each once. */
export function withCode(text, code) {
  const number = unitOf({ text: code }) || code;
  return [...new Set([...codesIn(text), number])].join("\n");
}

/** The list without the last of that number. */
export function withoutCode(text, code) {
  const codes = codesIn(text);
  codes.splice(codes.lastIndexOf(code), 1);
  return codes.join("\n");
}
