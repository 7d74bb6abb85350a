import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { indexed, merged, refresh } from "../../partsweb/static/js/lib/catalogue-store.js";
import { isNear, PartSearch } from "../../partsweb/static/js/lib/part-search.js";

const id = (number) => String(number).padStart(32, "0");
const line = (number, sku, description, ...codes) => [id(number), sku, description, "EA", "", ...codes].join("\t");
const LINES = [
  line(1, "FLT-20", "Filter for gas valve"),
  line(2, "VK4105", "Gas valve", "HW-88231", "4006381333931", "4006381333948\x1f12"),
  line(3, "VK4105A", "Gas valve, adjustable"),
  line(4, "ZZ-1", "Ventil für Öl", "VK4105"),
];
const searched = (lines = LINES) => {
  const { lines: text, words } = indexed(lines.join("\n"));
  return new PartSearch(text, words);
};
const skus = (found) => found.parts.map(({ sku }) => sku);

test("the whole code comes first, then another's code, then what begins with it", () => {
  assert.deepEqual(skus(searched().find("vk-4105")), ["VK4105", "ZZ-1", "VK4105A"]);
});

test("the middle, the last digits and words of a part find it", () => {
  const search = searched();
  for (const text of ["8823", "33931", "hw88231", "adjustable valve", "ol ventil"]) assert.ok(search.find(text).parts.length, text);
  assert.deepEqual(skus(search.find("88231")), ["VK4105"]);
  assert.deepEqual(skus(search.find("ga")), ["FLT-20", "VK4105", "VK4105A"]);
});

test("one slip is forgiven where nothing else is found", () => {
  const search = searched();
  for (const text of ["vk4015", "vk410", "vk44105", "vk4106", "adjustible", "adjutsable", "vetnil", "valce adjustable"]) {
    const found = search.find(text);
    assert.ok(found.parts.length, text);
  }
  assert.equal(search.find("adjustible").alike, true);
  assert.equal(search.find("adjuxtibla").parts.length, 0);
});

test("a slip doesn't reach into the next word", () => {
  assert.equal(isNear(" gas oil ", 1, "gasoil"), false);
  assert.equal(isNear(" gas oil ", 1, "gat"), true);
});

test("a code tells the part, and a pack's how many are in it", () => {
  const search = searched();
  assert.equal(search.byCodes(["4006381333948"]).quantity, "12");
  assert.equal(search.byCodes(["nothing", "HW-88231"]).part.sku, "VK4105");
  assert.equal(search.byCodes(["nothing"]), undefined);
  assert.equal(search.byId("00000000-0000-0000-0000-000000000001").sku, "FLT-20");
  assert.equal(search.byId("00000000-0000-0000-0000-000000000003").sku, "VK4105A");
});

test("nothing is found in an empty catalogue", () => {
  assert.deepEqual(searched([]).find("valve"), { parts: [], alike: false });
});

test("what changed is put in its place, what is gone goes", () => {
  const before = indexed(LINES.join("\n"));
  const changes = [line(2, "VK4105", "Gas valve, new"), line(9, "AAA", "First"), `-${id(4)}`].join("\n");

  const after = merged(before, changes);

  const whole = indexed([line(9, "AAA", "First"), LINES[0], line(2, "VK4105", "Gas valve, new"), LINES[2]].join("\n"));
  assert.deepEqual(after, whole);
});

test("a count or a hash that doesn't fit has the whole catalogue fetched", async () => {
  const whole = { version: "2", count: 2, whole: true, hash: hashOf(`${LINES[0]}\n${LINES[1]}`) };
  const packed = (said, ...lines) => [JSON.stringify(said), ...lines].join("\n");
  const right = packed(whole, LINES[0], LINES[1]);
  for (const wrong of [packed({ ...whole, count: 3 }, LINES[0]), packed(whole, LINES[0], LINES[2]), packed({ ...whole, count: 3 }, LINES[0], LINES[1])]) {
    const { asked, kept } = await refreshed([wrong, right]);

    assert.deepEqual(asked, [undefined, undefined]);
    assert.equal(kept.lines, `${LINES[0]}\n${LINES[1]}`);
  }
});

test("changes that don't give what the server has are thrown away, also without a hash those that do are kept", async () => {
  const before = { version: "1", count: 1, hash: hashOf(LINES[0]) };
  const change = (hash) => `${JSON.stringify({ version: "2", count: 2, whole: false, hash })}\n${LINES[1]}`;
  const right = hashOf(`${LINES[0]}\n${LINES[1]}`);
  const whole = `${JSON.stringify({ version: "2", count: 1, whole: true, hash: hashOf(LINES[2]) })}\n${LINES[2]}`;

  for (const hash of [right, null]) {
    const { asked, kept } = await refreshed([change(hash)], before);
    assert.deepEqual(asked, ["1"]);
    assert.equal(kept.said.hash, right);
  }
  const { asked, kept } = await refreshed([change("another"), whole], before);
  assert.deepEqual(asked, ["1", undefined]);
  assert.equal(kept.lines, LINES[2]);
});

test("what was damaged on the phone is dropped, and what comes damaged isn't kept", async () => {
  const damaged = { version: "1", count: 1, hash: "another" };
  const whole = `${JSON.stringify({ version: "1", count: 1, whole: true, hash: hashOf(LINES[0]) })}\n${LINES[0]}`;

  const { asked, dropped, kept } = await refreshed([whole], damaged);
  assert.deepEqual([asked, dropped, kept.count], [[undefined], 1, 1]);
  await assert.rejects(refreshed([whole, whole].map((one) => one.replace("FLT", "FLX"))));
});

const hashOf = (text) => createHash("sha256").update(text).digest("hex");

/** What is asked and kept when the server answers so, and this is held before: the first line. */
async function refreshed(answers, before) {
  const [asked, texts] = [[], before && [LINES[0], indexed(LINES[0]).words]];
  let [dropped, kept] = [0, undefined];
  const match = async (name) => before && new Response(`${JSON.stringify(before)}\n${texts[name.endsWith("words") ? 1 : 0]}`);
  globalThis.caches = { open: async () => ({ match }), delete: async () => (dropped += 1) };
  const keep = async (said, made) => (kept = { ...made, said });
  await refresh({ ask: async (since) => (asked.push(since), answers.shift()), keep });
  return { asked, dropped, kept };
}
