/**
 * The console stays small: whoever opens it waits for its script. Packed as servers pack it; GraphiQL is a page apart.
 *
 * React takes 57 KB of it in 19.1, and 67 KB in 19.3, for what is not used here.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

const BUILT = new URL("../dist/", import.meta.url);
const MOST = 100_000;

test("all screens and dialogs in all languages are under 100 KB", () => {
  const scripts = scriptsIn(read("index.html"));
  assert.ok(scripts.length > 0);
  const bytes = scripts.map((path) => gzipSync(read(path)).length).reduce((total, size) => total + size);
  assert.ok(bytes < MOST, `${bytes} bytes`);
});

test("nothing is fetched later", () => {
  for (const path of scriptsIn(read("index.html"))) assert.doesNotMatch(read(path).toString(), /\bassets\/[\w-]+\.js|\bimport\(/);
});

function scriptsIn(page) {
  return [...page.toString().matchAll(/\bassets\/[\w-]+\.js/g)].map(([path]) => path);
}

function read(path) {
  return readFileSync(new URL(path, BUILT));
}
