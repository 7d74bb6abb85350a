// Finds parts in the catalogue that this phone holds, by a plain scan over packed text: a line a part,
// in the order of SKUs. What is better than what is the same as on the server (catalogue.queries).
import { compact, folded, wordsOf } from "./folding.js";

const AT_MOST = 30;
const [LONGEST_TEXT, MOST_WORDS] = [120, 8];
const [SHORTEST, SHORTEST_CODE, LONGEST] = [4, 5, 24];

/** What a line says: {id, sku, description, unit, serialized, papers, core, codes: [[code, quantity]]}. */
export function partOf(line) {
  const [hex, sku, description, unit, marks, ...codes] = line.split("\t");
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  return {
    id, sku, description, unit,
    serialized: marks.includes("s"), papers: marks.includes("p"), core: marks.includes("c"),
    codes: codes.map((code) => code.split("\x1f")).map(([code, quantity = "1"]) => [code, quantity]),
  };
}

/** The words of a line, as search looks through them. */
export function wordsOfLine(line) {
  const [, sku, description, , , ...codes] = line.split("\t");
  return wordsOf(sku, description, codes.map((code) => code.split("\x1f")[0]));
}

export class PartSearch {
  /** `lines` and `words` are texts with one part a line, in the same order. */
  constructor(lines, words) {
    [this.lines, this.words] = [lines, `${words}\n`];
    [this.lineAt, this.wordsAt] = [startsOf(`${lines}\n`), startsOf(this.words)];
    this.size = lines ? this.lineAt.length - 1 : 0;
  }

  /** {parts, alike}: the best first; alike where nothing has the text as it is typed. */
  find(text, most = AT_MOST) {
    const [code, words] = [compact(text.slice(0, LONGEST_TEXT)), wordsIn(text)];
    if (!code) return { parts: [], alike: false };
    const exact = this.#ranked(this.#having(code, words), (line) => rankOf(line, code, words), most);
    if (exact.length) return { parts: exact, alike: false };
    const alike = this.#ranked(this.#alike(code, words), (line, rank) => rank, most);
    return { parts: alike, alike: alike.length > 0 };
  }

  /** The part that a code means, with how many: a barcode, else the one that has it as SKU or number. */
  byCodes(codes) {
    for (const code of codes) {
      const lines = [...this.#places([`|${compact(code)}|`])].map((line) => this.part(line));
      const known = lines.flatMap((part) => part.codes.filter(([one]) => one === code).map(([, quantity]) => ({ part, quantity })));
      if (known.length) return known[0];
      const named = lines.find(({ sku }) => sku === code) ?? (lines.length === 1 ? lines[0] : undefined);
      if (named) return { part: named, quantity: "1" };
    }
    return undefined;
  }

  byId(id) {
    const at = this.lines.indexOf(`\n${id.replaceAll("-", "")}\t`);
    if (this.lines.startsWith(`${id.replaceAll("-", "")}\t`)) return this.part(0);
    return at < 0 ? undefined : this.part(lineOf(this.lineAt, at + 1));
  }

  part(line) {
    return partOf(this.lines.slice(this.lineAt[line], this.lineAt[line + 1] - 1));
  }

  #said(line) {
    return this.words.slice(this.wordsAt[line], this.wordsAt[line + 1] - 1);
  }

  /** The lines that have the text inside a code, or every word of it somewhere. */
  *#having(code, words) {
    const seen = new Set();
    for (const line of this.#places(inside(code))) seen.add(line), yield [line];
    if (!words.length) return;
    const [rarest, ...others] = words.map(inside).sort((a, b) => b[0].length - a[0].length);
    for (const line of this.#places(rarest)) {
      if (seen.has(line)) continue;
      const said = this.#said(line);
      if (others.every((pieces) => pieces.some((piece) => said.includes(piece)))) yield [line];
    }
  }

  /** The lines in which one of the pieces stands, each once, in order for each piece. */
  *#places(pieces) {
    const seen = pieces.length > 1 ? new Set() : undefined;
    for (const piece of pieces) {
      let line = 0;
      for (let at = this.words.indexOf(piece); at >= 0; at = this.words.indexOf(piece, this.wordsAt[line + 1])) {
        line = lineOf(this.wordsAt, at, line);
        if (seen?.has(line)) continue;
        seen?.add(line);
        yield line;
      }
    }
  }

  /** Lines of which a code (6), or all words (7), are one slip away. */
  *#alike(code, words) {
    const seen = new Set();
    if (/\p{N}/u.test(code) && mayBeMistyped(code)) {
      for (const line of this.#near("|", code)) seen.add(line), yield [line, 6];
    }
    if (!words.length) return;
    const [longest, ...others] = words.toSorted((a, b) => b.length - a.length);
    for (const line of this.#near(" ", longest)) {
      if (seen.has(line)) continue;
      const said = this.#said(line);
      if (others.every((word) => hasNear(said, " ", word))) yield [line, 7];
    }
  }

  *#near(mark, word) {
    const seen = new Set();
    for (const piece of mayBeMistyped(word) ? anchors(mark, word) : [{ text: `${mark}${word}`, begins: [0] }]) {
      for (let at = this.words.indexOf(piece.text); at >= 0; at = this.words.indexOf(piece.text, at + 1)) {
        if (!piece.begins.some((back) => this.words[at - back] === mark && isNear(this.words, at - back + 1, word))) continue;
        const line = lineOf(this.wordsAt, at);
        if (!seen.has(line)) seen.add(line), yield line;
      }
    }
  }

  #ranked(found, rank, most) {
    const ranks = new Map();
    for (const [line, known] of found) {
      const its = known ?? rank(this.#said(line));
      if (!ranks.has(its)) ranks.set(its, []);
      ranks.get(its).push(line);
    }
    const best = [...ranks.keys()].sort((a, b) => a - b);
    const lines = best.flatMap((its) => ranks.get(its).sort((a, b) => a - b).slice(0, most));
    return lines.slice(0, most).map((line) => this.part(line));
  }
}

/** Where each line begins, and where the next one would. */
function startsOf(text) {
  const starts = new Uint32Array(text.length + 1);
  let lines = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts[(lines += 1)] = at + 1;
  return starts.slice(0, lines + 1);
}

/** The line in which a place is: between `from` and the end, halving. */
function lineOf(starts, at, from = 0) {
  let [low, high] = [from, starts.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= at) low = middle;
    else high = middle;
  }
  return low;
}

const wordsIn = (text) => folded(text.slice(0, LONGEST_TEXT)).split(" ").filter(compact).slice(0, MOST_WORDS);
const inside = (piece) => (piece.length >= 3 ? [piece] : [` ${piece}`, `|${piece}`]);

function rankOf(line, code, words) {
  if (line.startsWith(`|${code}|`)) return 0;
  if (line.includes(`|${code}|`)) return 1;
  if (line.startsWith(`|${code}`)) return 2;
  if (line.includes(`|${code}`)) return 3;
  return words.every((word) => line.includes(` ${word}`)) ? 4 : 5;
}

// --- One slip: a wrong letter, one too many, one missing, a swap ----------------------------------

function mayBeMistyped(word) {
  const letters = [...word].filter((one) => /[\p{L}\p{N}]/u.test(one)).length;
  return word.length <= LONGEST && letters >= (/\p{N}/u.test(word) ? SHORTEST_CODE : SHORTEST);
}

/** What of a word is left whole by one slip: its first half, its second, or a swap at the middle.
    `begins`: how far back its mark may stand. */
function anchors(mark, word) {
  const half = word.length >> 1;
  const [first, second] = [word.slice(0, half), word.slice(half)];
  return [
    { text: `${mark}${first}`, begins: [0] },
    { text: second, begins: [half, half + 1, half + 2] },
    { text: `${mark}${first.slice(0, -1)}${second[0]}${first.at(-1)}`, begins: [0] },
  ];
}

function hasNear(line, mark, word) {
  if (!mayBeMistyped(word)) return line.includes(`${mark}${word}`);
  for (let at = line.indexOf(mark); at >= 0; at = line.indexOf(mark, at + 1)) if (isNear(line, at + 1, word)) return true;
  return false;
}

/** Whether what begins there is the word, or one slip away from it. */
export function isNear(text, at, word) {
  let same = 0;
  while (same < word.length && text[at + same] === word[same]) same += 1;
  if (same >= word.length - 1) return true;
  const here = at + same;
  if (text.startsWith(word.slice(same + 1), here)) return true; // one too many
  if (text[here] === " " || text[here] === "|" || text[here] === "\n") return false;
  if (text.startsWith(word.slice(same + 1), here + 1)) return true; // a wrong one
  if (text.startsWith(word.slice(same), here + 1)) return true; // one missing
  return text[here] === word[same + 1] && text[here + 1] === word[same] && text.startsWith(word.slice(same + 2), here + 2);
}
