// A blank form about something that the phone holds no page of: its lane, its title and its part are
// filled in from the address, from what waits here and from the parts that the page lists.
import { store } from "../lib/outbox.js";
import { partById } from "../lib/parts-here.js";
import { userOf } from "../lib/outbox-page.js";

class MadeHere extends HTMLElement {
  connectedCallback() {
    this.fill();
  }

  async fill() {
    const form = this.querySelector("form");
    const address = new URL(form.getAttribute("action"), location.href);
    const [, kind, id] = address.pathname.split("/");
    const maker = kind === "entries" ? await store.makerOf(id, userOf(document)).catch(() => undefined) : undefined;
    const part = address.searchParams.get("part") ?? valueOf(maker, "part") ?? "";
    this.dataset.lane = kind === "orders" ? decodeURIComponent(id) : (maker?.lane ?? "");
    if (form.elements.part) form.elements.part.value = part;
    const called = this.querySelector(`option[value="${CSS.escape(part)}"]`)?.label ?? maker?.about ?? (await partById(part).catch(() => undefined))?.description;
    this.name(called, address, valueOf(maker, "quantity"));
  }

  name(called, address, quantity) {
    const main = this.closest("main");
    const [heading, back] = [main.querySelector("h1"), main.querySelector(".head a, header a, a[href='/orders']")];
    if (called) heading.textContent = `${heading.textContent.trim()}: ${called}`;
    const order = this.dataset.lane;
    if (back && order) Object.assign(back, { href: `/orders/${encodeURIComponent(order)}` });
    const serials = address.searchParams.get("serials");
    const { elements } = this.querySelector("form");
    if (serials && elements.serials) elements.serials.value = serials;
    if (quantity && elements.quantity) elements.quantity.value = quantity;
  }
}

const valueOf = (entry, field) => entry?.fields.find(([name]) => name === field)?.[1];

customElements.define("made-here", MadeHere);
