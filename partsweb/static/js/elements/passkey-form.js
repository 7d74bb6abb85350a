// A form that is sent only after a passkey has signed, or was made. Attributes:
//   make                    a new passkey, else one that is there
//   options                 the address that says what is to be signed, or that JSON itself
//   offer                   the browser may offer its passkeys in the fields, without a tap
//   unless                  the name of a field that stands in when it is filled (a password)
// Where the browser knows no passkeys the form is sent as it is; what then, the server says.
import { canPasskeys, makePasskey, usePasskey, wordsForPasskey } from "../lib/passkeys.js";

class PasskeyForm extends HTMLElement {
  connectedCallback() {
    this.toggleAttribute("without", !canPasskeys());
    // Before anybody else hears of the submit: what is sent isn't complete yet.
    addEventListener("submit", this, true);
    if (this.hasAttribute("offer")) this.offer();
  }

  disconnectedCallback() {
    removeEventListener("submit", this, true);
    this.offered?.abort();
  }

  get field() {
    return this.form.elements.passkey;
  }

  async handleEvent(event) {
    const form = event.target;
    if (!this.contains(form) || !form.elements.passkey || !this.needed(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.form = form;
    this.offered?.abort();
    try {
      const options = await this.options();
      this.field.value = this.hasAttribute("make") ? await makePasskey(options) : await usePasskey(options);
    } catch (error) {
      return this.say(wordsForPasskey(error));
    }
    form.requestSubmit(event.submitter);
    // What was signed is good for one try.
    setTimeout(() => (this.field.value = ""), 0);
  }

  needed(form) {
    const instead = form.elements[this.getAttribute("unless")];
    return canPasskeys() && !form.elements.passkey.value && !instead?.value;
  }

  /** Let the browser show its passkeys among the names that it fills in. */
  async offer() {
    if (!canPasskeys() || !(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
    this.form = this.querySelector("form:has([name=passkey])");
    this.offered = new AbortController();
    try {
      const more = { mediation: "conditional", signal: this.offered.signal };
      this.field.value = await usePasskey(await this.options(), more);
      this.form.requestSubmit();
    } catch {
      // Not chosen: the form is there.
    }
  }

  async options() {
    const told = this.getAttribute("options");
    if (told.startsWith("{")) return JSON.parse(told);
    const answer = await fetch(told, { headers: { accept: "application/json" } });
    if (!answer.ok) throw new Error(`${answer.status}`);
    return answer.json();
  }

  say(words) {
    const place = this.form.querySelector(".problems") ?? this.form;
    const notice = document.createElement("p");
    notice.className = "notice stop";
    notice.textContent = words;
    place.replaceChildren(notice);
  }
}

customElements.define("passkey-form", PasskeyForm);
