// Codes scanned over a list of lines: each counts up the line that bears it, or adds a unit's number
// to it. Every line names its codes, so it works without signal. The camera is in here; a hand-held
// scanner types wherever no field is. What was typed before the first count gives way to it.
import { partsOf, plain, namesOnlyThePart } from "../lib/code-parts.js";
import { unitOf } from "../lib/code-list.js";
import { confirmTaken } from "../lib/feedback.js";
import { HandHeld } from "../lib/hand-held.js";

class ScanLines extends HTMLElement {
  #scanner = new HandHeld();
  #line;
  #counts = false;

  connectedCallback() {
    this.addEventListener("code-read", this);
    // Before shortcuts hear of a key.
    document.addEventListener("keydown", this, true);
    const { code } = this.dataset;
    if (code) customElements.whenDefined("code-field").then(() => this.take({ text: code }));
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this, true);
  }

  handleEvent(event) {
    if (event.type === "code-read") return this.take(event.detail);
    if (event.target.closest?.("input, textarea, select, dialog")) return;
    if (HandHeld.isOfCode(event)) event.stopPropagation();
    const text = this.#scanner.hear(event);
    if (!text) return;
    event.preventDefault();
    this.take({ text });
  }

  get lines() {
    return [...this.querySelectorAll("[data-codes]")];
  }

  take(code) {
    const { line, times } = lineOf(this.lines.map(read), code);
    if (line) return this.meet(line, code, times);
    const units = this.lines.filter(unitsOf);
    const open = this.#line ?? (units.length === 1 ? units[0] : undefined);
    if (open && looksLikeUnit(code)) return this.add(open, code.text.trim());
    this.tell(units.length > 1 && looksLikeUnit(code)
      ? `${code.text}: a serial? Scan the code of its part first.`
      : `No line here is known by ${code.text}. Look at the label again, or count it by hand.`, "warn", code.text);
  }

  meet({ element }, code, times) {
    if (!unitsOf(element)) return this.count(element, times);
    this.#line = element;
    const { serial } = partsOf(code.text, code.kind);
    if (serial) return this.add(element, serial);
    this.tell(`${element.dataset.line}: now its serials, one after the other.`);
  }

  add(line, number) {
    this.#line = line;
    const field = unitsOf(line);
    if (!field.put(unitOf({ text: number }) || number)) {
      confirmTaken(false);
      return this.tell(`${number} is in the list already.`, "warn");
    }
    this.say(line, number, field.count);
  }

  /** Counting begins at none, on every line: what isn't scanned isn't there. */
  count(line, times) {
    if (!this.#counts) for (const one of this.lines) if (!unitsOf(one)) write(one, 0);
    this.#counts = true;
    this.#line = undefined;
    const now = Number(numberOf(line).value.replace(",", ".")) || 0;
    write(line, now + times);
    this.say(line, times === 1 ? "" : `a pack of ${times}`, now + times);
  }

  say(line, what, now) {
    const { line: name, expected } = line.dataset;
    const words = `${name}${what ? `, ${what}` : ""}: ${now} of ${expected}`;
    this.tell(now > Number(expected) ? `${words}, more than is to come.` : words, now > Number(expected) ? "warn" : "good");
  }

  tell(words, tone = "good", unknown = "") {
    const told = this.querySelector("[data-told]");
    told.className = `notice ${tone}`;
    told.firstElementChild.textContent = words;
    told.hidden = false;
    const teach = this.querySelector("[data-unknown]");
    if (!teach) return;
    teach.hidden = !unknown;
    const link = teach.querySelector("a");
    link.href = `${link.href.split("?")[0]}?${new URLSearchParams({ code: unknown })}`;
  }
}

// An address, or a code that names a part, is no unit's number.
const looksLikeUnit = (code) => !namesOnlyThePart(code) && !/^[a-z]+:\/\//i.test(code.text);
const unitsOf = (line) => line.querySelector(":scope > code-field[many]");
const numberOf = (line) => line.querySelector(":scope > quantity-stepper input");
const amountIn = (line) => (unitsOf(line) ? unitsOf(line).count : Number(numberOf(line).value)) ?? 0;
const read = (element) => ({ element, codes: JSON.parse(element.dataset.codes), full: amountIn(element) >= Number(element.dataset.expected) });

function write(line, number) {
  const field = numberOf(line);
  field.value = String(number);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** The line that bears the code, one that still expects some first, and how many the code counts. */
export function lineOf(lines, { text, kind }) {
  const { numbers, quantity = 1 } = partsOf(text, kind);
  const wanted = new Set([text.trim(), ...numbers].map(plain));
  const bearing = lines.flatMap((line) => {
    const code = Object.keys(line.codes).find((one) => wanted.has(plain(one)));
    return code === undefined ? [] : [{ line, times: Number(line.codes[code]) * quantity }];
  });
  return bearing.find(({ line }) => !line.full) ?? bearing[0] ?? { times: 0 };
}

customElements.define("scan-lines", ScanLines);
