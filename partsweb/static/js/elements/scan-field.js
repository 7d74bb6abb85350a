// What the camera reads goes into the field beside it, and the form is sent: as if a hand-held
// scanner had typed it. The field is empty and ready again afterwards. Where the answer leaves no
// doubt what is next, that page is opened. Without signal the day's parts, which the page carries,
// answer instead of the server.
import { knownAs, wayAtOnce, waysFor } from "../lib/at-hand.js";
import { handOver } from "../lib/hand-over.js";
import { lostSince } from "../lib/outbox.js";
import { pathOf } from "../lib/own-codes.js";

const PATIENCE_MS = 1500;

class ScanField extends HTMLElement {
  #asked = "";

  connectedCallback() {
    for (const what of EVENTS) this.addEventListener(what, this);
    for (const what of OF_PAGE) document.addEventListener(what, this);
  }

  disconnectedCallback() {
    for (const what of EVENTS) this.removeEventListener(what, this);
    for (const what of OF_PAGE) document.removeEventListener(what, this);
    clearTimeout(this.late);
  }

  get field() {
    return this.querySelector("input.code");
  }

  get form() {
    return this.querySelector("form[role=search]");
  }

  get purpose() {
    return this.form.elements.for?.value ?? "look-up";
  }

  get order() {
    return this.form.elements.order?.value ?? "";
  }

  get parts() {
    return JSON.parse(this.getAttribute("at-hand") || "[]");
  }

  handleEvent(event) {
    const { type } = event;
    if (type === "keydown") return this.listen(event);
    if (type === "htmx:after:swap") return event.detail.ctx.sourceElement === this.form && this.answered();
    if (type === "code-read") {
      this.field.value = withKind(event.detail);
      return this.form.requestSubmit();
    }
    if (event.target !== this.form) return undefined;
    if (type === "submit") return this.ask();
    if (type === "htmx:error") return this.failed(event);
    return this.empty();
  }

  /** A hand-held scanner types wherever one is; focused from the start, the field would bring up a
      phone's keyboard over the camera. */
  listen({ key, ctrlKey, metaKey, altKey, target }) {
    const types = key.length === 1 && !ctrlKey && !metaKey && !altKey;
    if (types && !target.closest?.("input, textarea, select")) this.field.focus();
  }

  /** The server is asked; it may be slow to be missed. */
  ask() {
    this.#asked = this.field.value.trim();
    clearTimeout(this.late);
    if (this.#asked) this.late = setTimeout(() => this.answer(), lostSince() || !navigator.onLine ? 0 : PATIENCE_MS);
  }

  failed(event) {
    clearTimeout(this.late);
    event.stopPropagation(); // "No answer came" would only be in the way of one
    this.answer();
    this.empty();
  }

  empty() {
    this.field.value = "";
  }

  /** What came from the server leads on, unless there is something to choose. */
  answered() {
    clearTimeout(this.late);
    const way = this.results?.dataset.way;
    if (way) this.go(way);
  }

  get results() {
    return document.getElementById("results");
  }

  /** From what the page carries, once a code: it may be late and then fail, too. */
  answer() {
    const code = this.#asked;
    this.#asked = "";
    if (!code || !this.isConnected) return undefined;
    const path = pathOf(code);
    const found = path ? this.parts.filter(({ id }) => path === `/parts/${id}`).map((part) => ({ part, serial: "" })) : knownAs(code, "", this.parts);
    const way = wayAtOnce(found, this.purpose, this.order);
    if (way) return this.follow(way);
    // A label of ours opens its thing, where the phone holds its page.
    if (path) return this.go(path);
    delete this.results?.dataset.way;
    this.results?.replaceChildren(...(found.length ? found.map((one) => this.card(one)) : [this.unknown(code)]));
    return globalThis.htmx?.process(this.results);
  }

  card(one) {
    const card = this.querySelector("template[data-known]").content.cloneNode(true);
    card.querySelector("[data-name]").textContent = one.part.name;
    card.querySelector("[data-sku]").textContent = one.part.sku;
    card.querySelector("[data-said]").textContent = one.serial ? `serial ${one.serial}` : "as this phone knows it, without signal";
    const ways = waysFor(one, this.purpose, this.order).map((way) => this.link(way));
    card.querySelector("[data-acts]").append(...ways);
    return card;
  }

  link(way) {
    const link = Object.assign(document.createElement("a"), { className: "button strong", href: way.href, textContent: way.words });
    link.addEventListener("click", () => this.leave(way));
    return link;
  }

  unknown(code) {
    const words = this.querySelector("template[data-unknown]").content.cloneNode(true);
    words.querySelector("[data-code]").textContent = code;
    const form = words.querySelector("form");
    if (!form) return words;
    form.elements.code.value = code;
    form.querySelector("fieldset").append(...this.parts.slice(0, 12).map(chip));
    return words;
  }

  follow(way) {
    this.leave(way);
    this.go(way.href);
  }

  leave({ href, serial }) {
    if (serial) handOver(href, { serials: serial });
  }

  /** As if the person had tapped a link there. */
  go(href) {
    const link = Object.assign(document.createElement("a"), { href });
    this.results.append(link);
    globalThis.htmx?.process(link);
    link.click();
  }
}

const EVENTS = ["code-read", "submit", "htmx:error", "htmx:after:request"];
const OF_PAGE = ["keydown", "htmx:after:swap"];

function chip({ id, name, sku }) {
  const label = Object.assign(document.createElement("label"), { className: "chip" });
  const box = Object.assign(document.createElement("input"), { type: "radio", name: "part", value: id });
  const words = document.createElement("span");
  words.append(`${name}\u00a0`, Object.assign(document.createElement("code"), { textContent: sku }));
  label.append(box, words);
  return label;
}

/** The text, after its symbology identifier where that says how the text is to be read (GS1). */
export function withKind({ text, kind }) {
  return GS1.has(kind) ? `${kind}${text}` : text;
}

const GS1 = new Set(["]C1", "]d2", "]Q3", "]e0", "]J1"]);

customElements.define("scan-field", ScanField);
