// An element that only some pages use is fetched when a page first brings it: <live-total> comes
// from elements/live-total.js. So no list has to know them all, and no page pays for the others.

const asked = new Set();

/** Fetch the files of the custom elements under `root` that nobody has defined yet. */
export function defineElements(root, fetchFile = (name) => import(`../elements/${name}.js`)) {
  for (const { localName } of root.querySelectorAll(":not(:defined)")) {
    if (asked.has(localName)) continue;
    asked.add(localName);
    // Lost on the way: the next page that brings it asks again.
    Promise.resolve(fetchFile(localName)).catch(() => asked.delete(localName));
  }
}

/** A button of an element whose file is still on its way is pressed when that has come. */
function pressWhenDefined(event) {
  const button = event.target.closest?.("button");
  const element = button?.closest(":not(:defined)");
  if (!element) return;
  event.preventDefault();
  customElements.whenDefined(element.localName).then(() => button.isConnected && button.click());
}

export function defineOnDemand(page) {
  page.addEventListener("click", pressWhenDefined, true);
  defineElements(page);
  page.addEventListener("htmx:after:swap", () => defineElements(page));
}
