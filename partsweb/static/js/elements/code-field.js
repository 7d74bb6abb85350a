// A field for the number of a unit, with a camera over the form. One number: the camera closes when it
// has it. Many, one a line: scan after scan, each in a list it can be taken out of again. A hand-held
// scanner's Enter ends a code and doesn't send the form. `check` is where to ask what is known of
// the numbers; without signal the server says it when it has them. `instead`: boxes of that name
// stand for numbers too; one that was scanned is ticked there, and then no other is by itself.
import { codesIn, unitOf, withCode, withoutCode } from "../lib/code-list.js";
import { confirmTaken } from "../lib/feedback.js";
import { HandHeld } from "../lib/hand-held.js";
import { defineElements } from "../lib/on-demand.js";

const PATIENCE_MS = 250;

class CodeField extends HTMLElement {
  #words = new Map();
  #scanner = new HandHeld();
  #asked;

  connectedCallback() {
    for (const what of ["click", "keydown", "input", "code-read"]) this.addEventListener(what, this);
    if (this.many) {
      this.list = Object.assign(document.createElement("ul"), { className: "codes" });
      this.append(this.list);
      this.show();
    }
    if (this.hasAttribute("open")) this.open();
  }

  disconnectedCallback() {
    clearTimeout(this.#asked);
    this.dialog?.remove();
  }

  get many() {
    return this.hasAttribute("many");
  }

  get field() {
    return this.querySelector("label input, label textarea");
  }

  handleEvent(event) {
    const { type, target } = event;
    if (type === "click") this.press(target.closest("[data-do]"), event);
    else if (type === "keydown") this.end(event);
    else if (type === "input" && target === this.field) this.show();
    else if (type === "code-read") {
      event.stopPropagation(); // the page may listen for codes that stand for themselves
      this.take(event.detail);
    }
  }

  press(button) {
    if (button?.dataset.do === "scan") this.open();
    if (button?.dataset.do === "close") this.dialog.close();
    if (button?.dataset.do === "remove") this.write(withoutCode(this.field.value, button.dataset.code));
  }

  /** Enter ends a code: the next one is a code of its own. */
  end(event) {
    if (this.dialog?.contains(event.target)) return this.listen(event);
    if (event.key !== "Enter" || event.target !== this.field) return;
    event.preventDefault();
    if (this.many) return this.write(codesIn(this.field.value).reduce(withCode, "") + "\n");
    if (!this.field.value.trim()) return;
    const number = unitOf({ text: this.field.value });
    this.write(this.tick(number) ? "" : number);
    this.next();
  }

  /** A hand-held scanner types while the camera is open, too. */
  listen(event) {
    event.stopPropagation();
    const text = this.#scanner.hear(event);
    if (!text) return;
    event.preventDefault();
    this.take({ text });
  }

  /** The next empty field for a number, else this one, to be replaced by what comes. */
  next() {
    const others = [...(this.closest("form")?.querySelectorAll("code-field") ?? [])];
    const after = others.slice(others.indexOf(this) + 1).find(({ field }) => field && !field.value && field.offsetParent);
    (after?.field ?? this.field).focus();
    if (!after) this.field.select();
  }

  open() {
    const template = document.getElementById("camera-sheet");
    if (!template || this.dialog?.open) return;
    this.dialog = template.content.firstElementChild.cloneNode(true);
    this.dialog.querySelector("h2").textContent = this.querySelector(".label").textContent;
    this.append(this.dialog);
    if (this.list) this.dialog.querySelector("[data-list]").append(this.list);
    this.dialog.addEventListener("close", () => this.closed(), { once: true });
    this.dialog.showModal();
    this.resting = [...document.querySelectorAll("code-camera[state=looking]")];
    for (const camera of this.resting) camera.stop(); // one camera at a time
    defineElements(this.dialog);
  }

  closed() {
    if (this.list) this.append(this.list);
    this.dialog.remove();
    this.dialog = undefined;
    for (const camera of this.resting) camera.start();
    this.next();
  }

  take(code) {
    const number = unitOf(code);
    if (!number) return this.refuse("That code names the part, not this one unit. Scan its serial.");
    if (this.many) return this.put(number) || this.refuse(`${number} is in the list already.`);
    this.write(this.tick(number) ? "" : number);
    this.dialog?.close();
  }

  /** How many there are. */
  get count() {
    return codesIn(this.field.value).length;
  }

  /** Put one more in the list; false where it is there already. */
  put(number) {
    if (codesIn(this.field.value).includes(number)) return false;
    this.write(withCode(this.field.value, number));
    return true;
  }

  tick(number) {
    const boxes = [...(this.closest("form")?.querySelectorAll(`[type=checkbox][name="${this.getAttribute("instead")}"]`) ?? [])];
    for (const box of boxes) box.checked = box.value === number;
    return boxes.some(({ checked }) => checked);
  }

  refuse(words) {
    confirmTaken(false);
    this.querySelector("code-camera")?.say(words);
  }

  write(text) {
    this.field.value = text;
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  show() {
    if (!this.list) return;
    const codes = codesIn(this.field.value);
    this.list.replaceChildren(...codes.map((code, index) => this.row(code, codes.indexOf(code) < index)).reverse());
    const unknown = codes.some((code) => !this.#words.has(code));
    clearTimeout(this.#asked);
    if (unknown && this.hasAttribute("check")) this.#asked = setTimeout(() => this.ask(codes), PATIENCE_MS);
  }

  row(code, twice) {
    const { words = "", warns = false } = twice ? { words: "twice in the list", warns: true } : (this.#words.get(code) ?? {});
    const row = document.createElement("li");
    const number = Object.assign(document.createElement("code"), { textContent: code });
    const said = Object.assign(document.createElement("span"), { textContent: words, className: warns ? "problem" : "soft" });
    const remove = Object.assign(document.createElement("button"), { type: "button", className: "button bare", textContent: "Remove" });
    Object.assign(remove.dataset, { do: "remove", code });
    remove.setAttribute("aria-label", `Remove ${code}`);
    row.append(number, said, remove);
    return row;
  }

  /** What the books know of each: the answer is a list whose rows name their codes. */
  async ask(codes) {
    try {
      const address = new URL(this.getAttribute("check"), location.href);
      address.searchParams.set("numbers", codes.join("\n"));
      const answer = await fetch(address, { headers: { "HX-Request": "true", "HX-Request-Type": "partial" } });
      if (!answer.ok || answer.redirected) return;
      const told = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const one of told.querySelectorAll("[data-code]")) {
        this.#words.set(one.dataset.code, { words: one.textContent.trim(), warns: one.hasAttribute("data-warns") });
      }
      if (codesIn(this.field.value).every((code) => this.#words.has(code))) this.show();
    } catch {
      // Without signal it is said when it is sent.
    }
  }
}

customElements.define("code-field", CodeField);
