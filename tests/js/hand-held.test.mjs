import assert from "node:assert/strict";
import { test } from "node:test";
import { HandHeld } from "../../partsweb/static/js/lib/hand-held.js";

const keys = (text, at) => [...text].map((key, index) => ({ key, timeStamp: at + index }));
const heard = (scanner, ...events) => events.map((event) => scanner.hear(event)).at(-1);

test("what is typed in one go is a code when Enter ends it, and Enter alone is none", () => {
  const scanner = new HandHeld();
  assert.equal(heard(scanner, ...keys("0042-A", 0), { key: "Enter", timeStamp: 7 }), "0042-A");
  assert.equal(heard(scanner, { key: "Enter", timeStamp: 8 }), "");
});

test("a key that was pressed a while before belongs to no code", () => {
  const scanner = new HandHeld();
  assert.equal(heard(scanner, ...keys("n", 0), ...keys("VK4105", 5000), { key: "Enter", timeStamp: 5010 }), "VK4105");
  assert.equal(heard(scanner, ...keys("n", 6000), { key: "Enter", timeStamp: 9000 }), "");
});

test("shift is no letter, and a shortcut neither", () => {
  const scanner = new HandHeld();
  const pressed = [{ key: "Shift", timeStamp: 0 }, { key: "A", timeStamp: 1 }, { key: "c", ctrlKey: true, timeStamp: 2 }];
  assert.equal(heard(scanner, ...pressed, { key: "Enter", timeStamp: 3 }), "A");
});
