import assert from "node:assert/strict";
import { test } from "node:test";
import { wayToInstall } from "../../partsweb/static/js/lib/install.js";
import { ago, sizeOf } from "../../partsweb/static/js/lib/sizes.js";
import { isChanged, isTyping } from "../../partsweb/static/js/lib/typed.js";
import { releaseIn } from "../../partsweb/static/js/lib/update.js";

const form = (method, elements, busy = false) => ({ method, elements, getAttribute: () => String(busy) });

test("a form with something typed holds an update back, a search doesn't", () => {
  const typed = { type: "text", value: "x", defaultValue: "" };
  assert.equal(isTyping({ forms: [form("post", [typed])] }), true);
  assert.equal(isTyping({ forms: [form("get", [typed])] }), false);
  assert.equal(isTyping({ forms: [form("post", [{ type: "text", value: "1", defaultValue: "1" }])] }), false);
  assert.equal(isTyping({ forms: [form("post", [], true)] }), true);
});

test("ticks, choices and photos count as typed", () => {
  assert.equal(isChanged({ type: "checkbox", checked: true, defaultChecked: false }), true);
  assert.equal(isChanged({ type: "file", files: [1] }), true);
  assert.equal(isChanged({ type: "hidden", value: "x", defaultValue: "" }), false);
  const options = [{ selected: false, defaultSelected: false }, { selected: true, defaultSelected: false }];
  assert.equal(isChanged({ type: "select-one", options, selectedIndex: 1 }), true);
});

test("how it is put on the home screen depends on the phone", () => {
  const none = { standalone: false, event: undefined, touches: 5 };
  assert.equal(wayToInstall({ ...none, agent: "iPhone" }), "by hand");
  assert.equal(wayToInstall({ ...none, agent: "Macintosh" }), "by hand");
  assert.equal(wayToInstall({ ...none, agent: "Macintosh", touches: 0 }), undefined);
  assert.equal(wayToInstall({ ...none, agent: "Android", event: {} }), "by button");
  assert.equal(wayToInstall({ ...none, standalone: true, agent: "iPhone" }), "here already");
});

test("releases, sizes and ages in words", () => {
  assert.equal(releaseIn("https://a/static/abc123/js/app.js"), "abc123");
  assert.deepEqual([sizeOf(10), sizeOf(2_500_000), sizeOf(3e9)], ["1 kB", "2.5 MB", "3.0 GB"]);
  assert.deepEqual([ago(0, 20_000), ago(0, 300_000), ago(0, 3 * 3_600_000), ago(0, 72 * 3_600_000)], ["just now", "5 min ago", "3 h ago", "3 days ago"]);
});
