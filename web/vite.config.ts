import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { smallDocuments } from "./vite.documents.ts";

/**
 * Two pages, built one after the other: GraphiQL, by `--mode graphiql`, then the console as one script, which packs best.
 * `npm run dev` serves both, and passes what they ask on to a server on port 8000.
 */
export default defineConfig(({ mode }) => ({
  plugins: [smallDocuments(), react()],
  build: {
    emptyOutDir: mode === "graphiql",
    rolldownOptions: {
      input: mode === "graphiql" ? "graphiql.html" : "index.html",
      checks: { moduleLevelDirective: false }, // GraphiQL's, for a compiler that it has been through
    },
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0, // what is inline, the content security policy forbids
    chunkSizeWarningLimit: 5000,
  },
  server: { proxy: { "/graphql": { target: "http://127.0.0.1:8000", ws: true } } },
}));
