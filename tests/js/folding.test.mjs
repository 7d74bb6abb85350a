import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { compact, folded, wordsOf } from "../../partsweb/static/js/lib/folding.js";

// tests/catalogue/test_on_phones.py holds the server to the same file.
const vectors = JSON.parse(readFileSync(new URL("folding.json", import.meta.url)));

test("the phone folds text as the server does", () => {
  for (const { text, folded: wanted, compact: code } of vectors.texts) {
    assert.equal(folded(text), wanted, JSON.stringify(text));
    assert.equal(compact(text), code, JSON.stringify(text));
  }
});

test("the phone looks through the same words as the server", () => {
  for (const { sku, description, codes, words } of vectors.words) assert.equal(wordsOf(sku, description, codes), words);
});
