import { print, stripIgnoredCharacters } from "graphql";
import type { Plugin } from "vite";

const TREE = /= (\{"kind":"Document".*\}) as unknown/g;
const CALL = /\bgraphql\(`\s*(query|mutation|subscription|fragment) (\w+)[^`]*`\)/g;

/**
 * Ships each operation once and as text, a tenth of what codegen writes: it is meant to be readable, and holds a tree
 * and the source of each. urql takes text as well.
 */
export function smallDocuments(): Plugin {
  return {
    name: "small-documents",
    enforce: "pre",
    transform(code, id) {
      if (id.endsWith("/src/gql/graphql.ts")) return code.replace(TREE, (_, tree: string) => `= ${text(tree)} as unknown`);
      if (id.includes("/src/gql/") || !CALL.test(code)) return;
      const named = code.replace(CALL, (_, kind: string, name: string) => `documents.${name}${suffix(kind)}`);
      return `import * as documents from "/src/gql/graphql";\n${named}`;
    },
  };
}

function text(tree: string) {
  return JSON.stringify(stripIgnoredCharacters(print(JSON.parse(tree))));
}

function suffix(kind: string) {
  return kind === "fragment" ? "FragmentDoc" : "Document";
}
