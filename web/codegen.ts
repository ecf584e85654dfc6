import type { CodegenConfig } from "@graphql-codegen/cli";

/** Generates types for each operation in `src` from the schema; the build fails if an operation does not match it. */
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
