import assert from "node:assert/strict";
import { test } from "node:test";
import { afterFailure, lineFor, MOST_TRIES, nextOf, outcomeOf } from "../../partsweb/static/js/lib/outbox-rules.js";
import { isPage, keyOf, within } from "../../partsweb/static/js/lib/keeping.js";

const ID = "0d1c";
const answer = (status, operation, outcome) => ({ status, operation, outcome });

test("only an answer that names this very operation counts", () => {
  assert.equal(outcomeOf(answer(200, ID), ID), "kept");
  assert.equal(outcomeOf(answer(422, ID, "refused"), ID), "refused");
  assert.equal(outcomeOf(answer(200, ID, "refused"), ID), "refused");
  assert.equal(outcomeOf(answer(200, "another"), ID), "unknown");
});

test("a captive portal, a lost page, an overload and silence are no answers", () => {
  for (const status of [0, 200, 302, 404, 413, 500, 503]) assert.equal(outcomeOf(answer(status, null), ID), "unknown");
  assert.equal(outcomeOf(undefined, ID), "unknown");
});

test("signed out, or somebody else signed in: everything stays", () => {
  assert.equal(outcomeOf(answer(401, null), ID), "signed out");
  assert.equal(outcomeOf(answer(403, null), ID), "signed out");
});

const entry = (id, lane, state = "waiting") => ({ id, lane, state });

test("what needs its owner holds up its own lane only", () => {
  const entries = [entry(1, "SR-1", "needs you"), entry(2, "SR-1"), entry(3, "SR-2"), entry(4, "")];

  assert.equal(nextOf(entries).id, 3);
  assert.equal(nextOf(entries.slice(0, 2)), undefined);
  assert.equal(nextOf([entry(1, "SR-1"), entry(2, "SR-1")]).id, 1);
});

test("a correction goes in the place of what it corrects", () => {
  const corrected = { ...entry(4, "SR-1"), replaces: 1 };
  const entries = [entry(1, "SR-1", "needs you"), entry(2, "SR-1"), entry(3, "SR-2"), corrected];

  assert.equal(nextOf(entries).id, 4);
});

test("an entry that fails again and again although there is signal is stuck", () => {
  let one = { tries: 0 };
  for (let tries = 1; tries < MOST_TRIES; tries++) {
    one = { ...one, ...afterFailure(one) };
    assert.equal(one.state, undefined);
  }
  assert.equal({ ...one, ...afterFailure(one) }.state, "stuck");
});

test("the line at the top is calm and says what counts first", () => {
  const at = new Date(2026, 5, 4, 10, 42);
  assert.equal(lineFor({}), "Up to date");
  assert.equal(lineFor({ waiting: 3 }), "3 waiting to send");
  assert.equal(lineFor({ lostAt: at }), "No signal since 10:42, all kept here");
  assert.equal(lineFor({ waiting: 3, lostAt: at }), "No signal since 10:42, 3 kept here");
  assert.equal(lineFor({ waiting: 3, needsYou: 1 }), "1 needs you");
  assert.equal(lineFor({ needsYou: 2, lostAt: at }), "2 need you");
});

const url = new URL("https://firm.example/orders/SR-1?page=2");
const asked = (type, mode = "cors") => ({ mode, headers: new Headers(type ? { "HX-Request": "true", "HX-Request-Type": type } : {}) });

test("a part of a page is never kept under the page's name", () => {
  assert.equal(keyOf(asked("full"), url), "https://firm.example/orders/SR-1?page=2");
  assert.equal(keyOf(asked("", "navigate"), url), keyOf(asked("full"), url));
  assert.notEqual(keyOf(asked("partial"), url), keyOf(asked("full"), url));
});

test("pages are kept, files of others and questions about signal aren't", () => {
  assert.equal(isPage(asked("", "navigate"), url), true);
  assert.equal(isPage(asked("partial"), url), true);
  assert.equal(isPage(asked(""), url), false);
  for (const path of ["/ping", "/attachments/1/file", "/account/passkeys/options"]) {
    assert.equal(isPage(asked("", "navigate"), new URL(path, url)), false, path);
  }
});

test("patience ends", async () => {
  assert.equal(await within(5, new Promise(() => {})), undefined);
  assert.equal(await within(500, Promise.resolve("here")), "here");
});
