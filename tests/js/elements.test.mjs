// The elements' own small sums, without a browser; what they do in a page is in tests/journeys.
import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.HTMLElement ??= class {};
globalThis.customElements ??= { define() {} };
Object.defineProperty(globalThis, "navigator", { value: { onLine: true }, configurable: true });

const elements = "../../partsweb/static/js/elements/";
const { size } = await import(`${elements}file-picks.js`);
const { amount } = await import(`${elements}live-total.js`);
const { nextIndex } = await import(`${elements}shortcut-keys.js`);

test("a file's size is said in units that one knows", () => {
  assert.equal(size(284), "284 B");
  assert.equal(size(48_400), "48 kB");
  assert.equal(size(3_250_000), "3.3 MB");
});

test("j and k walk the rows and stop at both ends", () => {
  assert.equal(nextIndex(-1, 3, 1), 0);
  assert.equal(nextIndex(-1, 3, -1), 2);
  assert.equal(nextIndex(0, 3, 1), 1);
  assert.equal(nextIndex(2, 3, 1), 2);
  assert.equal(nextIndex(0, 3, -1), 0);
});

test("a total adds numbers and counts lines, and minds nothing that isn't one", () => {
  assert.equal(amount({ localName: "input", value: "2,5" }), 2.5);
  assert.equal(amount({ localName: "input", value: "-3" }), 0);
  assert.equal(amount({ localName: "input", value: "two" }), 0);
  assert.equal(amount({ localName: "textarea", value: "F-1\n  \nF-2\n" }), 2);
  assert.equal(amount(undefined), 0);
});
