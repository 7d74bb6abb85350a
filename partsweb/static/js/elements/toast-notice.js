// What was just done, said once, then gone. Written inside the page, so that it also stands there
// without script; with it, it moves to the live region, which reads it out and floats.

const SHOWN_MS = 6000;
const SHOWN_WITH_CHOICE_MS = 12_000;

class ToastNotice extends HTMLElement {
  #timer;

  connectedCallback() {
    const region = document.getElementById("notices");
    if (region && this.parentElement !== region) {
      // After htmx has finished with what it swapped in.
      queueMicrotask(() => this.isConnected && region.append(this));
      return;
    }
    this.addButton();
    for (const type of ["pointerenter", "focusin", "pointerleave", "focusout", "click"]) {
      this.addEventListener(type, this);
    }
    this.start();
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
  }

  handleEvent({ type, target }) {
    if (type === "click" && target.closest("[data-close]")) this.remove();
    else if (type === "pointerenter" || type === "focusin") clearTimeout(this.#timer);
    else if (type === "pointerleave" || type === "focusout") this.start();
  }

  start() {
    clearTimeout(this.#timer);
    const hasChoice = this.querySelector("a, form");
    this.#timer = setTimeout(() => this.remove(), hasChoice ? SHOWN_WITH_CHOICE_MS : SHOWN_MS);
  }

  addButton() {
    if (this.querySelector("[data-close]")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.close = "true";
    button.setAttribute("aria-label", "Close");
    button.textContent = "✕";
    this.append(button);
  }
}

customElements.define("toast-notice", ToastNotice);
