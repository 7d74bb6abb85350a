// What the camera reads goes into the field beside it, and the form is sent: as if a hand-held
// scanner had typed it. The field is empty and ready again afterwards.

class ScanField extends HTMLElement {
  connectedCallback() {
    this.addEventListener("code-read", this);
    this.addEventListener("htmx:after:request", this);
    document.addEventListener("keydown", this);
  }

  disconnectedCallback() {
    this.removeEventListener("code-read", this);
    this.removeEventListener("htmx:after:request", this);
    document.removeEventListener("keydown", this);
  }

  get field() {
    return this.querySelector("input.code");
  }

  handleEvent(event) {
    if (event.type === "keydown") return this.listen(event);
    if (event.type === "htmx:after:request") return this.empty();
    this.field.value = withKind(event.detail);
    this.field.form.requestSubmit();
  }

  /** A hand-held scanner types wherever one is; focused from the start, the field would bring up a
      phone's keyboard over the camera. */
  listen({ key, ctrlKey, metaKey, altKey, target }) {
    const types = key.length === 1 && !ctrlKey && !metaKey && !altKey;
    if (types && !target.closest?.("input, textarea, select")) this.field.focus();
  }

  empty() {
    this.field.value = "";
  }
}

/** The text, after its symbology identifier where that says how the text is to be read (GS1). */
export function withKind({ text, kind }) {
  return GS1.has(kind) ? `${kind}${text}` : text;
}

const GS1 = new Set(["]C1", "]d2", "]Q3", "]e0", "]J1"]);

customElements.define("scan-field", ScanField);
