/** All texts of the console are translated, and all translations are used. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parseSync, runnerImport } from "vite";

const SOURCE = new URL("../src/", import.meta.url).pathname;
const TEXT_ATTRIBUTES = [
  "alt",
  "aria-label",
  "aria-description",
  "aria-roledescription",
  "label",
  "placeholder",
  "title",
  "hint",
];
/** Texts that are the same in both languages. */
const IDENTICAL = ["ok", "status", "checked", "actorKinds.ADMINISTRATOR", "actorKinds.SYSTEM"];

const sources = readdirSync(SOURCE, { recursive: true })
  .filter((path) => /\.tsx?$/.test(path) && !/^(gql|graphiql|i18n)\//.test(path))
  .map((path) => ({ path, code: readFileSync(join(SOURCE, path), "utf8") }));

test("components contain no literal texts", () => {
  const texts = sources.flatMap(({ path, code }) =>
    textsIn(parseSync(path, code).program).map((text) => `${path}: ${text}`),
  );
  assert.deepEqual(texts, []);
});

test("each text is translated", async () => {
  const { en, nb } = { ...(await catalog("en")), ...(await catalog("nb")) };
  const untranslated = textPaths(en).filter(
    (path) => toText(en, path) === toText(nb, path) && !IDENTICAL.includes(path),
  );
  assert.deepEqual(untranslated, []);
});

test("each text is used", async () => {
  const { en } = await catalog("en");
  const code = sources.map((source) => source.code).join("\n");
  const unused = Object.keys(en).filter((key) => !new RegExp(`\\bt\\.${key}\\b`).test(code));
  assert.deepEqual(unused, []);
});

/** Return the literal texts that a syntax tree would render. */
function textsIn(node) {
  if (Array.isArray(node)) return node.flatMap(textsIn);
  if (!node || typeof node !== "object") return [];
  if (node.type === "JSXText" && /\p{L}/u.test(node.value)) return [node.value.trim()];
  if (node.type === "JSXAttribute" && TEXT_ATTRIBUTES.includes(node.name.name) && node.value?.type === "Literal") {
    return /\p{L}/u.test(node.value.value) ? [node.value.value] : [];
  }
  if (node.type === "JSXExpressionContainer" && typeof node.expression.value === "string") {
    return /\p{L}/u.test(node.expression.value) ? [node.expression.value] : [];
  }
  return Object.values(node).flatMap(textsIn);
}

async function catalog(language) {
  const { module } = await runnerImport(join(SOURCE, `i18n/${language}/index.ts`), {
    configFile: false,
    logLevel: "error",
  });
  return module;
}

/** Return the paths of all texts in a catalog, nested ones as in `auditActions.SIGNED_IN`. */
function textPaths(catalog, prefix = "") {
  return Object.entries(catalog).flatMap(([name, value]) =>
    typeof value === "object" ? textPaths(value, `${prefix}${name}.`) : [`${prefix}${name}`],
  );
}

/** Return a text by its path; a text with parameters is returned as the source of its function. */
function toText(catalog, path) {
  const value = path.split(".").reduce((inner, name) => inner[name], catalog);
  return typeof value === "function" ? String(value).replace(/\s/g, "") : value;
}
