// − and + around a number field. The field stays a field: typing is never in the way.
import { stepped } from "../lib/decimals.js";

class QuantityStepper extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this);
    this.addEventListener("focusin", this);
  }

  disconnectedCallback() {
    this.removeEventListener("click", this);
    this.removeEventListener("focusin", this);
  }

  handleEvent({ type, target }) {
    const button = target.closest("button");
    if (type === "click" && button) this.step(button.classList.contains("less") ? -1 : 1);
    // A tap on the number means another number: what is typed takes its place.
    if (type === "focusin" && target === this.input) this.input.select();
  }

  get input() {
    return this.querySelector("input");
  }

  step(direction) {
    const { input } = this;
    const next = stepped(input.value, input.dataset.step, direction, input.dataset.min);
    if (next === input.value) return;
    input.value = next;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

customElements.define("quantity-stepper", QuantityStepper);
