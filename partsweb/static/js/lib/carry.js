// Registers the service worker and lets it fetch the day's pages ahead, now and then.
import { remembered } from "./outbox-store.js";

const AGAIN_AFTER_MS = 15 * 60_000;

export async function carryAlong(page) {
  if (!navigator.serviceWorker) return;
  try {
    const registration = await navigator.serviceWorker.register("/sw.js", { type: "module" });
    // iOS notices no update by itself.
    document.addEventListener("visibilitychange", () => document.hidden || registration.update().catch(() => {}));
    const ready = await navigator.serviceWorker.ready;
    if (page.querySelector("meta[name=person]")) await carryDay(ready.active);
  } catch {
    // Without it everything works with signal.
  }
}

async function carryDay(worker) {
  if (Date.now() - ((await remembered("carried")) ?? 0) >= AGAIN_AFTER_MS) await carryNow(worker);
}

/** The day's pages, the van's stock and the catalogue, fetched now. */
export async function carryNow(worker) {
  const answer = await fetch("/phone/ahead", { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const { pages, van } = await answer.json();
  const cache = await caches.open(`pages-${answer.headers.get("Person")}`);
  await cache.put("/phone/van", new Response(JSON.stringify(van)));
  worker.postMessage({ carry: pages });
}
