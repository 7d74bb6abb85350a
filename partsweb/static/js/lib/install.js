// Whether partsweb can be put on the home screen here, and how. Android offers it by an event that
// comes early and once.

let offered;
const listeners = new Set();

globalThis.addEventListener?.("beforeinstallprompt", (event) => {
  event.preventDefault();
  offered = event;
  listeners.forEach((listener) => listener());
});

export const onOffer = (listener) => (listeners.add(listener), () => listeners.delete(listener));

/** "here already", "by button", "by hand" (iOS), or nothing. */
export function wayToInstall({ standalone = isStandalone(), agent = navigator.userAgent, touches = navigator.maxTouchPoints, event } = {}) {
  if (standalone) return "here already";
  if (event ?? offered) return "by button";
  // An iPad calls itself a Mac.
  return /iPhone|iPad|iPod/.test(agent) || (/Macintosh/.test(agent) && touches > 1) ? "by hand" : undefined;
}

export const isStandalone = () => matchMedia("(display-mode: standalone)").matches || navigator.standalone === true;

/** Ask the browser to install it; it asks the person. */
export async function install() {
  const event = offered;
  offered = undefined;
  await event?.prompt();
}
