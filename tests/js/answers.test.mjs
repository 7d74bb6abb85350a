import assert from "node:assert/strict";
import { test } from "node:test";
import { neverAnswered, wordsFor } from "../../partsweb/static/js/lib/answers.js";
import { isAnother } from "../../partsweb/static/js/lib/place.js";

test("every error says that what was typed is still here", () => {
  for (const status of [0, 400, 401, 403, 404, 409, 413, 500, 503]) {
    for (const online of [true, false]) assert.match(wordsFor(status, online), /hat you typed is still here/);
  }
});

test("without signal nothing was sent; with it, only the answer may be missing", () => {
  assert.match(wordsFor(0, false), /^No signal — nothing was sent/);
  assert.doesNotMatch(wordsFor(0, true), /nothing was sent/);
});

test("a lost request, a lost answer and a time-out are known from a fault in our own script", () => {
  const lost = new TypeError("Failed to fetch");
  assert.ok(neverAnswered({ ctx: {}, error: lost }));
  assert.ok(neverAnswered({ ctx: { response: { status: 200 } }, error: lost }));
  assert.ok(neverAnswered({ ctx: {}, error: "timeout" }));
  assert.ok(!neverAnswered({ ctx: { response: { status: 200 }, text: "<p>" }, error: lost }));
  assert.ok(!neverAnswered({ error: lost }));
});

test("the same address with the same title is the same page", () => {
  const order = { path: "/orders/SR-000145", title: "Boiler" };
  assert.ok(!isAnother(order, { ...order }));
  assert.ok(isAnother(order, { ...order, path: "/orders" }));
  assert.ok(isAnother(order, { ...order, title: "Install" }));
});
