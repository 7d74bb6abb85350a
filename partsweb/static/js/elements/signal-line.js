// One calm line about signal. What it knows survives the swaps that replace it.
import { neverAnswered } from "../lib/answers.js";

let since = navigator.onLine ? null : new Date();

/** What the line says. */
export function lineFor(lostAt, write = (date) => date.toTimeString().slice(0, 5)) {
  return lostAt ? `No signal since ${write(lostAt)}` : "Up to date";
}

const lost = () => (since ??= new Date());
const found = () => (since = null);

class SignalLine extends HTMLElement {
  connectedCallback() {
    addEventListener("online", this);
    addEventListener("offline", this);
    document.addEventListener("htmx:error", this);
    document.addEventListener("htmx:before:response", this);
    this.write();
  }

  disconnectedCallback() {
    removeEventListener("online", this);
    removeEventListener("offline", this);
    document.removeEventListener("htmx:error", this);
    document.removeEventListener("htmx:before:response", this);
  }

  handleEvent({ type, detail }) {
    if (type === "offline") lost();
    // A phone may call itself online in a basement: a request that got no answer knows better.
    else if (type === "htmx:error") neverAnswered(detail) && lost();
    else found();
    this.write();
  }

  write() {
    const words = lineFor(since);
    this.toggleAttribute("data-lost", Boolean(since));
    if (this.textContent !== words) this.textContent = words;
  }
}

customElements.define("signal-line", SignalLine);
