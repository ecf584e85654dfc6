import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { compactDocuments } from "./vite.documents.ts";

/**
 * Two pages in two builds: GraphiQL with `--mode graphiql`, then the console as a single script, which compresses best.
 * `npm run dev` serves both, and proxies API requests to a server on port 8000.
 */
export default defineConfig(({ mode }) => ({
  plugins: [compactDocuments(), react()],
  build: {
    emptyOutDir: mode === "graphiql",
    rolldownOptions: {
      input: mode === "graphiql" ? "graphiql.html" : "index.html",
      checks: { moduleLevelDirective: false }, // GraphiQL contains "use no memo" directives
    },
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0, // the content security policy forbids inline assets
    chunkSizeWarningLimit: 5000,
  },
  server: { proxy: { "/graphql": { target: "http://127.0.0.1:8000", ws: true } } },
}));
