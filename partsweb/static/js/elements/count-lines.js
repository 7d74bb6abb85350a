// Many small forms, one a line: each is sent when its field was changed, and Enter goes on to the
// next one, as one walks along a shelf.
class CountLines extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", this);
    this.addEventListener("keydown", this);
    this.addEventListener("focusin", this);
  }

  disconnectedCallback() {
    this.removeEventListener("change", this);
    this.removeEventListener("keydown", this);
    this.removeEventListener("focusin", this);
  }

  handleEvent(event) {
    const { target, type } = event;
    const form = target.closest("form.tally");
    if (!form || !target.matches("input")) return;
    if (type === "change") form.requestSubmit();
    else if (type === "focusin" && target.type === "text") target.select();
    else if (event.key === "Enter") this.goOn(event, target);
  }

  // Leaving the field tells that it was changed, and that sends it.
  goOn(event, field) {
    const fields = [...this.querySelectorAll("li form.tally input[type=text]")];
    const next = fields[fields.indexOf(field) + 1];
    if (!field.closest("li")) return; // what was scanned is sent, then the next code comes
    event.preventDefault();
    if (next) next.focus();
    else field.blur();
  }
}

customElements.define("count-lines", CountLines);
