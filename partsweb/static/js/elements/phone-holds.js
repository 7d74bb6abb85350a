// What this phone holds: the catalogue, the day's pages, photos that wait; how old, how large.
import { carryNow } from "../lib/carry.js";
import { heldSaid } from "../lib/catalogue-store.js";
import { isStandalone, wayToInstall } from "../lib/install.js";
import { remembered } from "../lib/outbox-store.js";
import { store } from "../lib/outbox.js";
import { userOf } from "../lib/outbox-page.js";
import { ago, sizeOf } from "../lib/sizes.js";

const LOOK_AGAIN_MS = 1000;
const PATIENCE = 120;

class PhoneHolds extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this);
    if (!globalThis.caches) return this.say("catalogue", "Nothing: this needs HTTPS.");
    this.draw();
    // Once it is asked for, a browser seldom takes back what it granted.
    navigator.storage?.persist?.().then(() => this.drawStorage());
  }

  disconnectedCallback() {
    this.removeEventListener("click", this);
  }

  async handleEvent({ target }) {
    if (!target.closest("[data-do=get]")) return;
    const before = await remembered("carried");
    this.say("pages", "Being fetched …");
    try {
      await carryNow((await navigator.serviceWorker.ready).active);
      for (let times = 0; times < PATIENCE && (await remembered("carried")) === before; times += 1) await pause();
      await pause();
      await this.draw();
    } catch {
      this.say("pages", "No signal: nothing new was fetched.");
    }
  }

  say(name, words) {
    this.querySelector(`[data-${name}]`).textContent = words;
  }

  async draw() {
    const user = userOf(document);
    const [said, carried, entries] = await Promise.all([heldSaid(), remembered("carried"), store.entriesOf(user)]);
    const pages = await (await caches.open(`pages-${user}`)).keys();
    const files = entries.flatMap((entry) => entry.files);
    const bytes = files.reduce((sum, { size, bytes }) => sum + (size ?? bytes.byteLength), 0);
    this.say("catalogue", said ? `${said.count.toLocaleString("en")} parts, ${ago(said.at)}` : "Not fetched yet");
    this.say("pages", carried ? `${pages.length} pages, ${ago(carried)}` : "Not fetched yet");
    this.say("photos", files.length ? `${files.length}, ${sizeOf(bytes)}` : "None");
    await this.drawStorage();
  }

  async drawStorage() {
    const { usage = 0, quota = 0 } = (await navigator.storage?.estimate?.()) ?? {};
    const kept = await navigator.storage?.persisted?.();
    this.say("room", quota ? `${sizeOf(usage)} used, ${sizeOf(quota - usage)} free${kept ? ", kept for good" : ""}` : "Not known");
    this.querySelector("[data-wiped]").hidden = isStandalone() || wayToInstall() !== "by hand";
  }
}

const pause = () => new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));

customElements.define("phone-holds", PhoneHolds);
