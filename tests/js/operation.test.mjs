import assert from "node:assert/strict";
import { test } from "node:test";
import { contentOf, isAnswered, newOperation, operationFor } from "../../partsweb/static/js/lib/operation.js";

const made = () => {
  let count = 0;
  return { uuid: () => `op-${++count}`, momentHere: () => `at-${count}`, deviceId: () => "phone" };
};

test("an operation says what id it has, when it was done and on which device", () => {
  assert.deepEqual(newOperation(made()), { operation_id: "op-1", occurred_at: "at-1", device_id: "phone" });
});

test("a new submit is a new operation", () => {
  const source = made();
  const mint = () => newOperation(source);
  const first = operationFor(undefined, "[1]", mint);
  const second = operationFor(undefined, "[1]", mint);
  assert.notEqual(first.operation_id, second.operation_id);
});

test("the same said again after no answer stays the same operation, time included", () => {
  const source = made();
  const mint = () => newOperation(source);
  const lost = operationFor(undefined, "[1]", mint);
  assert.equal(operationFor(lost, "[1]", mint), lost);
});

test("something else said after no answer is another operation", () => {
  const source = made();
  const mint = () => newOperation(source);
  const lost = operationFor(undefined, "[1]", mint);
  assert.notEqual(operationFor(lost, "[2]", mint).operation_id, lost.operation_id);
});

test("what is said leaves the operation itself out, and knows files apart", () => {
  const photo = { name: "a.jpg", size: 3, lastModified: 1 };
  const said = [["quantity", "2"], ["photo", photo]];
  const stamped = [...said, ["operation_id", "x"], ["occurred_at", "y"], ["device_id", "z"]];
  assert.equal(contentOf(said), contentOf(stamped));
  assert.notEqual(contentOf(said), contentOf([["quantity", "2"], ["photo", { ...photo, size: 4 }]]));
});

test("a file field without a file says nothing, although it claims to be new each time", () => {
  const none = (lastModified) => [["photo", { name: "", size: 0, lastModified }]];
  assert.equal(contentOf(none(1)), contentOf(none(2)));
});

test("an empty text field is said", () => {
  assert.notEqual(contentOf([["note", ""]]), contentOf([]));
});

test("kept and refused are answers; nothing, half an answer, a broken server and a lost session are none", () => {
  for (const status of [200, 303, 404, 422]) assert.ok(isAnswered({ response: { status }, text: "" }), `${status}`);
  for (const status of [401, 408, 429, 500, 502, 503]) assert.ok(!isAnswered({ response: { status }, text: "" }), `${status}`);
  assert.ok(!isAnswered({}));
  assert.ok(!isAnswered({ response: { status: 200 } }));
});
