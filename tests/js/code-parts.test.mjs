// What a scanned code says of itself, without asking the server.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { partsOf, plain } from "../../partsweb/static/js/lib/code-parts.js";
import { codesIn, unitOf, withCode, withoutCode } from "../../partsweb/static/js/lib/code-list.js";

globalThis.HTMLElement ??= class {};
globalThis.customElements ??= { define() {} };
const { lineOf } = await import("../../partsweb/static/js/elements/scan-lines.js");

const VECTORS = new URL("../../../shared/data/barcodes/vectors.json", import.meta.url);

test("one scan of trade number and serial names part and unit", () => {
  const read = partsOf("010950110153000310LOT7\x1d210042-A", "]d2");
  assert.deepEqual(read, { numbers: ["09501101530003"], serial: "0042-A", quantity: undefined });
  assert.equal(unitOf({ text: "https://id.gs1.org/01/09501101530003/21/0042-A" }), "0042-A");
  assert.equal(unitOf({ text: "[)>\x1e06\x1d1PVK4105\x1dS0042-A\x1dQ1\x1e\x04" }), "0042-A");
});

test("a code of the part is no unit's number, and a plain text is one as it stands", () => {
  assert.equal(unitOf({ text: "9501101530003", format: "EAN13", kind: "]E0" }), "");
  assert.equal(unitOf({ text: "0109501101530003", format: "DataMatrix", kind: "]d2" }), "");
  assert.equal(unitOf({ text: " 0042-A " }), "0042-A");
  assert.equal(unitOf({ text: "21334455" }), "21334455");
});

test("a list has each number once, and loses the one that is taken out", () => {
  assert.equal(withCode("A-1\n", "A-2"), "A-1\nA-2");
  assert.equal(withCode("A-1\nA-2", "A-1"), "A-1\nA-2");
  assert.equal(withoutCode("A-1\nA-2\nA-1", "A-1"), "A-1\nA-2");
  assert.deepEqual(codesIn("A-1\n\n A-2 "), ["A-1", "A-2"]);
});

test("a GTIN is the same in any of its lengths", () => {
  assert.equal(plain("9501101530003"), plain("09501101530003"));
  assert.equal(plain("vk4105"), plain("VK4105"));
});

test("a code finds the line that bears it, and one that still expects some before a full one", () => {
  const [full, open, pack] = [{ codes: { VK4105: "1" }, full: true }, { codes: { VK4105: "1" }, full: false }, { codes: { 9501101530003: "10" }, full: false }];
  assert.equal(lineOf([full, open], { text: "vk4105" }).line, open);
  assert.equal(lineOf([full], { text: "VK4105" }).line, full);
  assert.deepEqual(lineOf([open, pack], { text: "09501101530003" }), { line: pack, times: 10 });
  assert.equal(lineOf([open, pack], { text: "VK4106" }).line, undefined);
});

test("messages and labels give trade number, serial and count as they must", { skip: !existsSync(VECTORS) }, () => {
  const { vectors } = JSON.parse(readFileSync(VECTORS, "utf8"));
  const told = vectors.filter(({ valid, expect, kind }) => valid && /gs1_scan_data|gs1_element|iso_?15434|digital_link/.test(kind) && (expect?.gtin || expect?.serial));
  const wrong = told.filter(({ input, expect }) => {
    const kind = input.startsWith("]") ? input.slice(0, 3) : "";
    const { numbers, serial } = partsOf(kind ? input.slice(3) : input, kind);
    return (expect.gtin && !numbers.map(plain).includes(expect.gtin)) || (expect.serial && serial !== expect.serial);
  });
  assert.ok(told.length > 15);
  assert.deepEqual(wrong.map(({ id, input }) => `${id} ${input}`), []);
});
