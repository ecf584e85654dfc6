/** Everything that is shown can be said in every language. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parseSync, transformWithOxc } from "vite";

const SOURCE = new URL("../src/", import.meta.url).pathname;
const SHOWN = ["alt", "aria-label", "aria-description", "aria-roledescription", "label", "placeholder", "title", "hint"];
/** The same in both languages: names, and words that Norwegian has, too. */
const SHARED = ["ok", "status", "checked", "actorKinds.ADMINISTRATOR", "actorKinds.SYSTEM"];

const sources = readdirSync(SOURCE, { recursive: true })
  .filter((path) => /\.tsx?$/.test(path) && !/^(gql|graphiql|words)\//.test(path))
  .map((path) => ({ path, code: readFileSync(join(SOURCE, path), "utf8") }));

test("no text stands in the components", () => {
  const found = sources.flatMap(({ path, code }) =>
    textsIn(parseSync(path, code).program).map((text) => `${path}: ${text}`),
  );
  assert.deepEqual(found, []);
});

test("no word is left in English", async () => {
  const { en, nb } = { ...(await catalog("en")), ...(await catalog("nb")) };
  const same = paths(en).filter((path) => said(en, path) === said(nb, path) && !SHARED.includes(path));
  assert.deepEqual(same, []);
});

test("every word is used", async () => {
  const { en } = await catalog("en");
  const code = sources.map((source) => source.code).join("\n");
  const unused = Object.keys(en).filter((word) => !new RegExp(`words\\.${word}\\b`).test(code));
  assert.deepEqual(unused, []);
});

/** What a component would show that is no word of a catalog. */
function textsIn(node) {
  if (Array.isArray(node)) return node.flatMap(textsIn);
  if (!node || typeof node !== "object") return [];
  if (node.type === "JSXText" && /\p{L}/u.test(node.value)) return [node.value.trim()];
  if (node.type === "JSXAttribute" && SHOWN.includes(node.name.name) && node.value?.type === "Literal") {
    return /\p{L}/u.test(node.value.value) ? [node.value.value] : [];
  }
  if (node.type === "JSXExpressionContainer" && typeof node.expression.value === "string") {
    return /\p{L}/u.test(node.expression.value) ? [node.expression.value] : [];
  }
  return Object.values(node).flatMap(textsIn);
}

async function catalog(language) {
  const path = join(SOURCE, `words/${language}.ts`);
  const { code } = await transformWithOxc(readFileSync(path, "utf8"), path);
  return import(`data:text/javascript,${encodeURIComponent(code)}`);
}

/** The words of a catalog, and those of its lists, such as `blockers.REQUIRED`. */
function paths(words, prefix = "") {
  return Object.entries(words).flatMap(([name, word]) =>
    typeof word === "object" ? paths(word, `${prefix}${name}.`) : [`${prefix}${name}`],
  );
}

/** A word as it is said; one that is told things is told the same in every language. */
function said(words, path) {
  const word = path.split(".").reduce((inner, name) => inner[name], words);
  return typeof word === "function" ? String(word).replace(/\s/g, "") : word;
}
