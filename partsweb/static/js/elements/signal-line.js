// One calm line about signal and what waits. What it knows survives the swaps that replace it.
import { neverAnswered } from "../lib/answers.js";
import { counts, heard, lostSince, onChange, wantsSignIn } from "../lib/outbox.js";
import { lineFor } from "../lib/outbox-rules.js";
import { userOf } from "../lib/outbox-page.js";

class SignalLine extends HTMLElement {
  connectedCallback() {
    addEventListener("online", this);
    addEventListener("offline", this);
    document.addEventListener("htmx:error", this);
    document.addEventListener("htmx:before:response", this);
    this.forget = onChange(() => this.count());
    this.write();
    this.count();
  }

  disconnectedCallback() {
    removeEventListener("online", this);
    removeEventListener("offline", this);
    document.removeEventListener("htmx:error", this);
    document.removeEventListener("htmx:before:response", this);
    this.forget?.();
  }

  handleEvent({ type, detail }) {
    if (type === "offline") heard(false);
    // A phone may call itself online in a basement: a request that got no answer knows better.
    else if (type === "htmx:error") neverAnswered(detail) && heard(false);
    // What the phone itself answered says nothing of signal.
    else if (type === "online" || detail.ctx.response.headers.get("Person")) heard(true);
    this.write();
  }

  async count() {
    try {
      this.waits = await counts(userOf(document));
    } catch {
      this.waits = {}; // no storage here
    }
    if (this.isConnected) this.write();
  }

  write() {
    const words = lineFor({ ...this.waits, lostAt: lostSince(), signedOut: wantsSignIn() });
    this.toggleAttribute("data-lost", Boolean(lostSince()));
    this.toggleAttribute("data-waits", Boolean(this.waits?.waiting || this.waits?.needsYou));
    if (this.textContent !== words) this.textContent = words;
  }
}

customElements.define("signal-line", SignalLine);
