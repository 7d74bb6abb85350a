// A new version of partsweb is ready: said, and taken at a tap, never over something typed. The files of
// this page's own release stay on the phone meanwhile.
import { isTyping } from "./typed.js";

const WORDS = "A new version is ready.";
const TYPED = "A new version is ready. Send or finish what you typed first: it would be lost.";

/** The release that a file's address names. */
export const releaseIn = (address) => /\/static\/([^/]+)\//.exec(address)?.[1];

export function offerUpdates(page, reload = () => location.reload()) {
  const ours = releaseIn(page.querySelector("script[type=module]")?.src ?? "");
  navigator.serviceWorker?.addEventListener("message", ({ data }) => {
    if (data?.release && data.release !== ours) offer(page, reload);
  });
}

function offer(page, reload) {
  const place = page.getElementById("notices");
  if (!place || place.querySelector("[data-update]")) return;
  const box = page.createElement("div");
  const text = Object.assign(page.createElement("p"), { textContent: WORDS });
  const button = Object.assign(page.createElement("button"), { type: "button", className: "button quiet", textContent: "Use it now" });
  box.className = "notice good";
  box.dataset.update = "true";
  box.append(text, button);
  button.addEventListener("click", () => (isTyping(page) ? (text.textContent = TYPED) : reload()));
  place.append(box);
}
