// The codes that partsweb prints, as the phone opens them: the same as codes/own.py on the server.

const FORM = /^https?:\/\/[^/\s]+\/c\/([plso])\/([^/?#\s]+)$/i;
const PLACES = { P: "parts", L: "locations", S: "serials" };
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The path of what a scanned text stands for, or nothing where it is no code of ours. */
export function pathOf(text) {
  const [, letter, key] = FORM.exec(text.trim()) ?? [];
  if (!letter) return undefined;
  if (letter.toUpperCase() === "O") return `/orders/${key}`;
  const id = uuidOf(key.toUpperCase());
  return id && `/${PLACES[letter.toUpperCase()]}/${id}`;
}

/** 26 digits in base 32 are 128 bits and two of padding. */
function uuidOf(key) {
  if (!/^[A-Z2-7]{26}$/.test(key)) return undefined;
  const bits = [...key].reduce((sum, digit) => sum * 32n + BigInt(DIGITS.indexOf(digit)), 0n) >> 2n;
  return bits.toString(16).padStart(32, "0").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
