import assert from "node:assert/strict";
import { test } from "node:test";
import { knownAs, wayAtOnce, waysFor } from "../../partsweb/static/js/lib/at-hand.js";

const valve = { id: "1", sku: "VK4105", name: "Gas valve", codes: ["VK4105", "9501101530003"], units: ["SN-1"], asked: true, install: "/entries/1/installation", receive: [] };
const fan = { id: "2", sku: "FAN", name: "Fan", codes: ["FAN"], units: [], asked: false, install: "", receive: [{ order: "PO-1", href: "/purchasing/PO-1/receipts/new" }] };
const parts = [valve, fan];

test("a label that names part and unit gives both", () => {
  assert.deepEqual(knownAs("010950110153000321SN-7", "", parts), [{ part: valve, serial: "SN-7" }]);
});

test("a GTIN is the same one in thirteen digits and in fourteen", () => {
  assert.deepEqual(knownAs("09501101530003", "", parts).map(({ part }) => part.sku), ["VK4105"]);
});

test("a serial alone is the unit in the van", () => {
  assert.deepEqual(knownAs("SN-1", "", parts), [{ part: valve, serial: "SN-1" }]);
});

test("a code of nothing that is at hand is nothing", () => {
  assert.deepEqual(knownAs("4006381333931", "", parts), []);
});

test("what was asked for is opened at once; what wasn't is for the person to choose", () => {
  const install = (part) => wayAtOnce([{ part, serial: "" }], "install", "SR-1");

  assert.equal(install(valve).href, "/entries/1/installation");
  assert.equal(install({ ...fan, install: "/orders/SR-1/installations/new?part=2" }), undefined);
});

test("two meanings are for the person to choose", () => {
  assert.equal(wayAtOnce([{ part: valve, serial: "" }, { part: fan, serial: "" }], "install", "SR-1"), undefined);
});

test("what is received leads to its only delivery", () => {
  assert.equal(wayAtOnce([{ part: fan, serial: "" }], "receive", "").href, "/purchasing/PO-1/receipts/new");
  const twice = { ...fan, receive: [...fan.receive, { order: "PO-2", href: "/x" }] };
  assert.equal(wayAtOnce([{ part: twice, serial: "" }], "receive", ""), undefined);
  assert.deepEqual(waysFor({ part: twice, serial: "" }, "receive", "").map(({ words }) => words), ["Receive on PO-1", "Receive on PO-2"]);
});
