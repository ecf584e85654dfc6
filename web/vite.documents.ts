import { readFileSync } from "node:fs";
import { print, stripIgnoredCharacters } from "graphql";
import type { Plugin } from "vite";

const WRITTEN = new URL("src/gql/graphql.ts", import.meta.url);
const TREE = /export const (\w+)Document = (\{"kind":"Document".*\}) as unknown/g;
const CALL = /\bgraphql\(`\s*(query|mutation|subscription|fragment) (\w+)[^`]*`\)/g;

/**
 * Ships each operation as text where it is used, a tenth of what codegen writes: it is meant to be readable, and holds a
 * tree and the source of each. urql takes text as well. Of fragments nothing is left: they stand in the operations, and
 * `readFragment` needs their types alone.
 */
export function smallDocuments(): Plugin {
  const texts = new Map<string, string>();
  return {
    name: "small-documents",
    enforce: "pre",
    buildStart() {
      for (const [, name, tree] of readFileSync(WRITTEN, "utf8").matchAll(TREE)) texts.set(name!, text(tree!));
    },
    transform(code, id) {
      if (id.includes("/src/gql/")) return;
      return code.replace(CALL, (call, kind: string, name: string) =>
        kind === "fragment" ? "undefined" : (texts.get(name) ?? call),
      );
    },
  };
}

function text(tree: string) {
  return JSON.stringify(stripIgnoredCharacters(print(JSON.parse(tree))));
}
