/**
 * The size limit of the console's script, compressed with gzip. GraphiQL is a separate page and does not count.
 *
 * React accounts for 57 KB in 19.1, and for 67 KB in 19.3 because of features that are not used here.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

const DIST_DIR = new URL("../dist/", import.meta.url);
const MAX_BYTES = 100_000;

test("the script with all screens and languages is below 100 KB", () => {
  const scripts = scriptsIn(read("index.html"));
  assert.ok(scripts.length > 0);
  const bytes = scripts.map((path) => gzipSync(read(path)).length).reduce((total, size) => total + size);
  assert.ok(bytes < MAX_BYTES, `${bytes} bytes`);
});

test("the script loads no other scripts", () => {
  for (const path of scriptsIn(read("index.html")))
    assert.doesNotMatch(read(path).toString(), /\bassets\/[\w-]+\.js|\bimport\(/);
});

function scriptsIn(page) {
  return [...page.toString().matchAll(/\bassets\/[\w-]+\.js/g)].map(([path]) => path);
}

function read(path) {
  return readFileSync(new URL(path, DIST_DIR));
}
