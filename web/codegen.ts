import type { CodegenConfig } from "@graphql-codegen/cli";

/** Types for every operation in `src`, made from the schema; the build fails where they do not fit each other. */
const config: CodegenConfig = {
  schema: "../schema/schema.graphql",
  documents: ["src/**/*.{ts,tsx,graphql}", "!src/gql/**"],
  generates: {
    "src/gql/": {
      preset: "client",
      presetConfig: { fragmentMasking: { unmaskFunctionName: "readFragment" } },
      config: {
        enumsAsTypes: true,
        useTypeImports: true,
        strictScalars: true,
        scalars: { DateTime: "string", URL: "string", Upload: "File" },
      },
    },
  },
};

export default config;
