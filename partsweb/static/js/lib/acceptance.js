// When a reading is believed. A matrix code corrects its own errors and is taken at once; a linear
// one is taken when frames agree, the weaker ones when they also look like a code somebody prints.
// An accepted code is locked while it stays in view.

const WINDOW_MS = 800;
const AWAY_MS = 1500;
const SAME_PLACE = 0.15; // of the picture's width
const AGREEING = { Code128: 2, EAN13: 2, EAN8: 2, UPCA: 2, UPCE: 2, Code39: 3, ITF: 3 };

/** Whether a Code 39 or ITF text looks like one that is printed: both misread easily. */
export function looksPrinted({ format, text }) {
  if (format === "Code39") return /^[A-Z0-9][A-Z0-9\-./ ]{3,29}$/.test(text);
  if (format === "ITF") return /^\d{6,}$/.test(text) && text.length % 2 === 0 && (text.length !== 14 || isGtin(text));
  return true;
}

/** GTINs end with a check digit: weights 3 and 1 from the right (GS1 General Specifications 7.9). */
export function isGtin(digits) {
  const sum = [...digits].reverse().reduce((total, digit, place) => total + Number(digit) * (place % 2 ? 3 : 1), 0);
  return sum % 10 === 0;
}

export class Acceptance {
  #seen = []; // readings of the last moments: {text, format, at, frame, time}
  #locked = new Map(); // text → when it was last in view
  #frame = 0;

  /** What this frame's readings make sure: codes to be taken now, each once while it is in view. */
  see(readings, now) {
    this.#frame += 1;
    this.#seen = this.#seen.filter(({ time }) => now - time <= WINDOW_MS);
    this.#forgetGone(now);
    const fresh = readings.map((read) => ({ ...read, frame: this.#frame, time: now }));
    this.#seen.push(...fresh);
    return unique(fresh).filter((read) => this.#isNew(read, now) && this.#isSure(read)).map((read) => this.#lock(read, now));
  }

  /** The next sight of a code counts again, as for "one more of it". */
  release(text) {
    this.#locked.delete(text);
  }

  #isNew(read, now) {
    if (!this.#locked.has(read.text)) return true;
    this.#locked.set(read.text, now);
    return false;
  }

  #isSure(read) {
    if (this.#isContradicted(read)) return false;
    if (read.matrix) return true;
    if (!looksPrinted(read)) return false;
    const frames = new Set(this.#seen.filter((other) => other.text === read.text && other.format === read.format).map(({ frame }) => frame));
    return frames.size >= (AGREEING[read.format] ?? 3);
  }

  /** Two values at one place: one of them is wrong, and nobody knows which. */
  #isContradicted(read) {
    return this.#seen.some((other) => other.text !== read.text && near(other.at, read.at));
  }

  #lock(read, now) {
    this.#locked.set(read.text, now);
    return read;
  }

  #forgetGone(now) {
    for (const [text, time] of this.#locked) if (now - time > AWAY_MS) this.#locked.delete(text);
  }
}

const near = (a, b) => Boolean(a && b) && Math.hypot(a.x - b.x, a.y - b.y) < SAME_PLACE;
const unique = (readings) => readings.filter(({ text }, index) => readings.findIndex((other) => other.text === text) === index);
