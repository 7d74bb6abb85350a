// A form that was fetched for any part, filled in for the one that the address names.
import { inVan, partById, vanOf } from "../lib/parts-here.js";
import { userOf } from "../lib/outbox-page.js";

class PartFacts extends HTMLElement {
  async connectedCallback() {
    const id = new URLSearchParams(location.search).get("part");
    const page = this.closest("main");
    const [part, van] = await Promise.all([partById(id), vanOf(userOf(document))]);
    if (!part) return this.toggleAttribute("unknown", true);
    page.querySelector("h1").textContent = part.description;
    for (const place of page.querySelectorAll("[data-sku]")) place.textContent = part.sku;
    for (const place of page.querySelectorAll(".unit")) place.textContent = part.unit;
    for (const field of page.querySelectorAll("input[name=part]")) field.value = part.id;
    const has = inVan(van, part);
    page.querySelector("[data-held]").textContent = has ? `${has} in your van` : "Not in your van. What others hold is known with signal.";
    this.querySelector("form").hidden = false;
  }
}

customElements.define("part-facts", PartFacts);
