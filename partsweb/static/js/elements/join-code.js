// What a scanned invitation carries stands behind the # of the address, where no log sees it. It is
// given to the server in a form, and taken out of the address at once.

class JoinCode extends HTMLElement {
  connectedCallback() {
    const code = location.hash.slice(1);
    const form = this.querySelector("form");
    if (!code || !form) return;
    history.replaceState(history.state, "", location.pathname);
    form.elements.code.value = code;
    form.requestSubmit();
  }
}

customElements.define("join-code", JoinCode);
