import assert from "node:assert/strict";
import { test } from "node:test";
import { defineElements } from "../../partsweb/static/js/lib/on-demand.js";

const page = (...names) => ({ querySelectorAll: () => names.map((localName) => ({ localName })) });
const settled = () => new Promise((resolve) => setTimeout(resolve));

test("an element that nobody has defined is fetched once", () => {
  const fetched = [];
  const fetchFile = async (name) => fetched.push(name);
  defineElements(page("tally-marks", "tally-marks"), fetchFile);
  defineElements(page("tally-marks"), fetchFile);
  assert.deepEqual(fetched, ["tally-marks"]);
});

test("one that was lost on the way is asked for again", async () => {
  let times = 0;
  const fetchFile = async () => {
    times += 1;
    if (times === 1) throw new TypeError("Failed to fetch");
  };
  defineElements(page("code-reader"), fetchFile);
  await settled();
  defineElements(page("code-reader"), fetchFile);
  await settled();
  defineElements(page("code-reader"), fetchFile);
  assert.equal(times, 2);
});
