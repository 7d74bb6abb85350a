import assert from "node:assert/strict";
import { test } from "node:test";
import { attemptFor, attemptsForPhoto, LINEAR } from "../../partsweb/static/js/lib/attempts.js";

const cycle = (looked) => Array.from({ length: 24 }, (_, frame) => attemptFor(frame, looked));

test("the centre is tried quickly every other frame, all of it hard every fourth", () => {
  const tried = cycle(0);

  assert.equal(tried.filter(({ region, angle, options }) => region < 1 && !angle && !options.tryHarder).length, 12);
  assert.equal(tried.filter(({ region, options }) => region === 1 && options.tryHarder).length, 6);
});

test("tilted bars are tried at each angle in turn, with linear codes only", () => {
  const turned = cycle(0).filter(({ angle }) => angle);

  assert.deepEqual([...new Set(turned.map(({ angle }) => angle))].sort(), [22.5, 45, 67.5]);
  assert.ok(turned.every(({ options }) => options.formats === LINEAR));
});

test("after three seconds without a code it is enlarged and sharpened now and then", () => {
  assert.ok(!cycle(2900).some(({ sharpen }) => sharpen));
  assert.ok(cycle(3100).some(({ sharpen, scale }) => sharpen && scale === 2));
});

test("separators of GS1 are never hidden", () => {
  const options = [...cycle(0), ...cycle(9000), ...attemptsForPhoto(800, 600)].map((attempt) => attempt.options);

  assert.ok(options.every(({ textMode }) => textMode === "Plain"));
});
