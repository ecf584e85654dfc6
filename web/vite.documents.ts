import { readFileSync } from "node:fs";
import { print, stripIgnoredCharacters } from "graphql";
import type { Plugin } from "vite";

const GENERATED = new URL("src/gql/graphql.ts", import.meta.url);
const DOCUMENT_PATTERN = /export const (\w+)Document = (\{"kind":"Document".*\}) as unknown/g;
const CALL_PATTERN = /\bgraphql\(`\s*(query|mutation|subscription|fragment) (\w+)[^`]*`\)/g;

/**
 * Replace each `graphql()` call with the minified text of its operation, which urql accepts. The texts are a tenth of
 * the size of the generated module, which contains both source and syntax tree of each operation. Fragments are removed:
 * each operation contains those it uses, and `readFragment` needs only their types.
 */
export function compactDocuments(): Plugin {
  const documents = new Map<string, string>();
  return {
    name: "compact-documents",
    enforce: "pre",
    buildStart() {
      for (const [, name, tree] of readFileSync(GENERATED, "utf8").matchAll(DOCUMENT_PATTERN))
        documents.set(name!, minify(tree!));
    },
    transform(code, id) {
      if (id.includes("/src/gql/")) return;
      return code.replace(CALL_PATTERN, (call, kind: string, name: string) =>
        kind === "fragment" ? "undefined" : (documents.get(name) ?? call),
      );
    },
  };
}

function minify(tree: string) {
  return JSON.stringify(stripIgnoredCharacters(print(JSON.parse(tree))));
}
