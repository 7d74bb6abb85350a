import assert from "node:assert/strict";
import { test } from "node:test";
import { deviceId, momentHere, uuid } from "../../partsweb/static/js/lib/ids.js";

const UUID4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test("an id is a random UUID, also where the page came over plain HTTP", () => {
  const insecure = { getRandomValues: (bytes) => globalThis.crypto.getRandomValues(bytes) };
  for (const source of [globalThis.crypto, insecure]) {
    assert.match(uuid(source), UUID4);
    assert.notEqual(uuid(source), uuid(source));
  }
});

test("the version and variant bits are right whatever the random bytes are", () => {
  for (const byte of [0x00, 0xff]) {
    assert.match(uuid({ getRandomValues: (bytes) => bytes.fill(byte) }), UUID4);
  }
});

test("a moment is written with the device's own offset, ahead, behind and in between", () => {
  const at = new Date("2026-06-04T08:42:31.120Z");
  assert.equal(momentHere(at, -120), "2026-06-04T10:42:31.120+02:00");
  assert.equal(momentHere(at, 210), "2026-06-04T05:12:31.120-03:30");
  assert.equal(momentHere(at, 0), "2026-06-04T08:42:31.120+00:00");
  assert.equal(new Date(momentHere(at, -120)).getTime(), at.getTime());
});

test("a device has one id, kept", () => {
  const kept = new Map();
  const storage = () => ({ getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) });
  const first = deviceId(storage);
  assert.match(first, UUID4);
  assert.equal(deviceId(storage), first);
});

test("where storage is closed a device has one id for as long as the page lives", () => {
  const closed = () => {
    throw new Error("SecurityError");
  };
  assert.equal(deviceId(closed), deviceId(closed));
});
