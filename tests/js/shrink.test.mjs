import assert from "node:assert/strict";
import { test } from "node:test";
import { fitting, tells } from "../../partsweb/static/js/lib/shrink.js";
import { addressed, blankFor } from "../../partsweb/static/js/lib/keeping.js";

test("a photo gets smaller, never larger, and keeps its shape", () => {
  assert.deepEqual(fitting(4000, 3000), { width: 2048, height: 1536 });
  assert.deepEqual(fitting(3000, 4000), { width: 1536, height: 2048 });
  assert.deepEqual(fitting(640, 480), { width: 640, height: 480 });
});

test("what says where it was taken is told from what is silent", () => {
  assert.ok(tells(new TextEncoder().encode("..Exif\0\0MM")));
  assert.ok(!tells(new TextEncoder().encode("JFIF")));
});

test("a blank form stands in for forms of things, and takes their address", () => {
  assert.equal(blankFor({ pathname: "/entries/abc/installation" }), "/blank/installation");
  assert.equal(blankFor({ pathname: "/entries/abc" }), undefined);
  const where = { pathname: "/orders/SR-1/installations/new", search: '?part=1&x="<' };
  const given = addressed('<form action="/blank/installation">', "/blank/installation", where);
  assert.equal(given, '<form action="/orders/SR-1/installations/new?part=1&amp;x=&quot;&lt;">');
});
