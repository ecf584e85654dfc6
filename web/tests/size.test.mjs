/** The console stays small: whoever opens it waits for its scripts. Packed as servers pack them; GraphiQL is a page apart. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

const BUILT = new URL("../dist/", import.meta.url);
const MOST_AT_FIRST = 100_000;
const MOST_IN_ALL = 125_000;
const page = readFileSync(new URL("index.html", BUILT), "utf8");

test("what the first screen needs is under 100 KB, with the larger of the languages", () => {
  const needed = scriptsIn(page).map(packed);
  const languages = readdirSync(new URL("assets/", BUILT)).filter((name) => /^(en|nb)-[\w-]+\.js$/.test(name));
  assert.equal(languages.length, 2);
  const bytes = sum(needed) + Math.max(...languages.map((name) => packed(`assets/${name}`)));
  assert.ok(bytes < MOST_AT_FIRST, `${bytes} bytes`);
});

test("all screens and dialogs in all languages are under 125 KB", () => {
  const found = new Set(scriptsIn(page));
  for (const path of found) scriptsIn(read(path).toString()).forEach((imported) => found.add(imported));
  assert.ok(found.size > 15, "screens are found by what imports them");
  const bytes = sum([...found].map(packed));
  assert.ok(bytes < MOST_IN_ALL, `${bytes} bytes`);
});

function scriptsIn(text) {
  const paths = text.matchAll(/\bassets\/[\w-]+\.js|(?<=["'`]\.\/)[\w-]+\.js/g);
  return [...new Set([...paths].map(([path]) => (path.startsWith("assets/") ? path : `assets/${path}`)))];
}

function read(path) {
  return readFileSync(new URL(path, BUILT));
}

function packed(path) {
  return gzipSync(read(path)).length;
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
