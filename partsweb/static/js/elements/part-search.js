// A search for parts that goes on without signal: with it the server answers, without it the phone
// does, from the catalogue that it holds, in the look of the page's own template. `own-van`: only what
// lies in the own van.
import { findParts, inVan } from "../lib/parts-here.js";
import { heard, lostSince } from "../lib/outbox.js";
import { userOf } from "../lib/outbox-page.js";

const PATIENCE_MS = 2500;
const ANY = /PART|0{8}(-0{4}){3}-0{12}/; // where a row's address names the part

class PartSearchElement extends HTMLElement {
  connectedCallback() {
    this.addEventListener("htmx:config:request", this);
    // The page came without its words: it was held, and its address asks for more.
    const asked = new URLSearchParams(location.search).get("q");
    if (asked && !this.field.value) this.show(asked);
  }

  disconnectedCallback() {
    this.removeEventListener("htmx:config:request", this);
  }

  get field() {
    return this.querySelector("input[type=search]");
  }

  handleEvent({ target, detail: { ctx } }) {
    if (target !== this.field.form) return;
    ctx.fetch = (url, options) => this.answer(url, options, this.field.value);
  }

  /** The server's answer where it comes soon, else the phone's own. */
  async answer(url, options, words) {
    const asked = fetch(url, options);
    asked.catch(() => {});
    if (lostSince() || !navigator.onLine) return (await this.here(words)) ?? asked;
    try {
      const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
      const first = await Promise.race([asked, late]);
      if (first?.headers.get("Person") || first?.status < 400) return first;
    } catch {
      // No answer came.
    }
    // All there is isn't for the phone to say, only to find.
    if (!words) return asked;
    heard(false);
    return (await this.here(words)) ?? asked;
  }

  async here(words) {
    const results = await this.drawn(words);
    return results && new Response(results.outerHTML, { headers: { "Content-Type": "text/html" } });
  }

  async show(words) {
    this.field.value = words;
    const results = await this.drawn(words);
    const place = document.getElementById("results");
    if (results && place) place.replaceWith(results);
  }

  /** The results, or nothing where this phone holds no catalogue. */
  async drawn(words) {
    const found = await findParts(words, userOf(document), { ownVan: this.hasAttribute("own-van") });
    if (!found) return undefined;
    const results = this.template("[data-results]");
    const show = (name, shown) => (results.querySelector(`[data-${name}]`).hidden = !shown);
    results.querySelector("[data-rows]").replaceChildren(...found.parts.map((part) => this.row(part, found.van)));
    for (const place of results.querySelectorAll("[data-words]")) place.textContent = words;
    show("alike", found.alike);
    show("none", words && !found.parts.length);
    return results;
  }

  row(part, van) {
    const row = this.template("[data-row]");
    const link = row.querySelector("a");
    const has = inVan(van, part);
    link.href = link.getAttribute("href").replace(ANY, part.id);
    row.querySelector(".title").firstChild.textContent = `${part.description} `;
    row.querySelector("code").textContent = part.sku;
    row.querySelector(".soft").textContent = has ? `${has} in your van` : "";
    return row;
  }

  template(name) {
    return this.querySelector(`template${name}`).content.cloneNode(true).firstElementChild;
  }
}

customElements.define("part-search", PartSearchElement);
