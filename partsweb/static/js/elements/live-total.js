// Shows what the form's fields named in `fields` come to: numbers are added, lines are counted.
import { isDecimal } from "../lib/decimals.js";

class LiveTotal extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.form?.addEventListener("input", this);
    this.show();
  }

  disconnectedCallback() {
    this.form?.removeEventListener("input", this);
  }

  handleEvent() {
    this.show();
  }

  show() {
    const names = (this.getAttribute("fields") ?? "").split(" ");
    const sum = names.reduce((total, name) => total + amount(this.form?.elements[name]), 0);
    this.textContent = String(Number(sum.toFixed(6)));
  }
}

/** What one field adds: its number, or how many lines are in it. */
export function amount(field) {
  if (!field) return 0;
  if (field.localName === "textarea") return field.value.split("\n").filter((line) => line.trim()).length;
  const typed = field.value.trim().replace(",", ".");
  return isDecimal(typed) ? Math.max(0, Number(typed)) : 0;
}

customElements.define("live-total", LiveTotal);
