// A page that was fetched for any part, filled in for the one that the address names.
import { inVan, partById, vanOf } from "../lib/parts-here.js";
import { userOf } from "../lib/outbox-page.js";

class PartFacts extends HTMLElement {
  async connectedCallback() {
    const id = new URLSearchParams(location.search).get("part") ?? location.pathname.split("/").at(-1);
    const page = this.closest("main");
    const say = (name, words) => page.querySelectorAll(name).forEach((place) => (place.textContent = words));
    const [part, van] = await Promise.all([partById(id), vanOf(userOf(document))]);
    if (!part) return say("[data-held]", "This phone doesn’t know this part, and there is no signal to ask with.");
    const has = inVan(van, part);
    say("h1", part.description);
    say("[data-sku]", part.sku);
    say(".unit", part.unit);
    say("[data-codes]", part.codes.map(([code]) => code).join(", ") || "None but its SKU");
    say("[data-held]", has ? `${has} in your van` : "Not in your van. What others hold is known with signal.");
    for (const field of page.querySelectorAll("input[name=part]")) field.value = part.id;
    for (const mark of this.querySelectorAll("[data-mark]")) mark.hidden = !part[mark.dataset.mark];
    for (const link of this.querySelectorAll("a[href*=PART]")) link.href = link.getAttribute("href").replace("PART", part.id);
    for (const known of this.querySelectorAll("form, [data-known]")) known.hidden = false;
  }
}

customElements.define("part-facts", PartFacts);
