import assert from "node:assert/strict";
import { test } from "node:test";
import { isDecimal, stepped } from "../../partsweb/static/js/lib/decimals.js";

test("a step is exact", () => {
  assert.equal(stepped("0.1", "0.2", 1), "0.3");
  assert.equal(stepped("1", "1", 1), "2");
  assert.equal(stepped("2.5", "0.5", -1), "2");
  assert.equal(stepped("1.10", "1", 1), "2.1");
});

test("a step never goes below the least", () => {
  assert.equal(stepped("0", "1", -1, "0"), "0");
  assert.equal(stepped("0.5", "1", -1, "0"), "0");
  assert.equal(stepped("0", "1", -1, ""), "-1");
});

test("a comma and a real minus sign are read as they are meant", () => {
  assert.equal(stepped("0,5", "0.5", 1), "1");
  assert.equal(stepped("\u22122", "1", 1), "-1");
});

test("what is no number counts from nothing", () => {
  for (const text of ["", "abc", "1e5", "1.2.3"]) {
    assert.ok(!isDecimal(text), text);
    assert.equal(stepped(text, "1", 1, "0"), "1");
  }
});
