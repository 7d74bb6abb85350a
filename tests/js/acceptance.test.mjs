import assert from "node:assert/strict";
import { test } from "node:test";
import { Acceptance, isGtin, looksPrinted } from "../../partsweb/static/js/lib/acceptance.js";

const middle = { x: 0.5, y: 0.3 };
const read = (text, format = "Code128", at = middle) => ({ text, format, at, matrix: ["QRCode", "DataMatrix", "PDF417"].includes(format) });
const texts = (taken) => taken.map(({ text }) => text);

/** What is taken of one reading a frame, 50 ms apart. */
function frames(acceptance, readings, from = 0) {
  return readings.map((read, index) => texts(acceptance.see(read ? [].concat(read) : [], from + index * 50)));
}

test("a matrix code is taken at the first read", () => {
  assert.deepEqual(texts(new Acceptance().see([read("A", "QRCode")], 0)), ["A"]);
});

test("a linear code is taken when a second frame agrees, once", () => {
  const seen = frames(new Acceptance(), [read("A"), null, read("A"), read("A")]);

  assert.deepEqual(seen, [[], [], ["A"], []]);
});

test("two reads in one frame are one look", () => {
  const seen = frames(new Acceptance(), [[read("A"), read("A")], read("A")]);

  assert.deepEqual(seen, [[], ["A"]]);
});

test("frames that lie too far apart don't agree", () => {
  const acceptance = new Acceptance();
  acceptance.see([read("A")], 0);

  assert.deepEqual(acceptance.see([read("A")], 900), []);
});

test("Code 39 and ITF need three frames and a text that somebody prints", () => {
  assert.deepEqual(frames(new Acceptance(), Array(3).fill(read("165627", "Code39"))), [[], [], ["165627"]]);
  assert.deepEqual(frames(new Acceptance(), Array(5).fill(read("$/+", "Code39"))).flat(), []);
  assert.deepEqual(frames(new Acceptance(), Array(5).fill(read("123", "ITF"))).flat(), []);
  assert.equal(looksPrinted(read("00012345678905", "ITF")), true);
  assert.equal(looksPrinted(read("00012345678906", "ITF")), false);
});

test("of two values at one place neither is taken", () => {
  const seen = frames(new Acceptance(), [read("A"), read("B"), read("A"), read("B"), read("A")]);

  assert.deepEqual(seen.flat(), []);
});

test("two labels beside each other are both taken", () => {
  const both = [read("A", "EAN13", { x: 0.2, y: 0.3 }), read("B", "EAN13", { x: 0.8, y: 0.3 })];

  assert.deepEqual(frames(new Acceptance(), [both, both]), [[], ["A", "B"]]);
});

test("a code stays locked while in view and counts again after it was away", () => {
  const acceptance = new Acceptance();
  assert.deepEqual(texts(acceptance.see([read("A", "QRCode")], 0)), ["A"]);
  for (let time = 100; time < 4000; time += 100) assert.deepEqual(acceptance.see([read("A", "QRCode")], time), []);

  assert.deepEqual(acceptance.see([read("A", "QRCode")], 5000), []);
  assert.deepEqual(texts(acceptance.see([read("A", "QRCode")], 6600)), ["A"]);
});

test("one more of the same is asked for explicitly", () => {
  const acceptance = new Acceptance();
  acceptance.see([read("A", "QRCode")], 0);
  acceptance.release("A");

  assert.deepEqual(texts(acceptance.see([read("A", "QRCode")], 100)), ["A"]);
});

test("a check digit is weighed from the right", () => {
  assert.equal(isGtin("4006381333931"), true);
  assert.equal(isGtin("4006381333932"), false);
});
