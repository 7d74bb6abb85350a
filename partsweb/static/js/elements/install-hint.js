// "Add to home screen", said once: put off, it doesn't come again.
import { install, onOffer, wayToInstall } from "../lib/install.js";

const PUT_OFF = "partsweb.install";

class InstallHint extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this);
    this.forget = onOffer(() => this.show());
    this.show();
  }

  disconnectedCallback() {
    this.removeEventListener("click", this);
    this.forget?.();
  }

  show() {
    const way = localStorage.getItem(PUT_OFF) ? undefined : wayToInstall();
    const wanted = way === "by button" || way === "by hand";
    this.hidden = !wanted;
    for (const one of this.querySelectorAll("[data-way]")) one.hidden = one.dataset.way !== way;
  }

  async handleEvent({ target }) {
    const act = target.closest("[data-do]")?.dataset.do;
    if (!act) return;
    localStorage.setItem(PUT_OFF, act);
    if (act === "install") await install();
    this.show();
  }
}

customElements.define("install-hint", InstallHint);
