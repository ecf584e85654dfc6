import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { smallDocuments } from "./vite.documents.ts";

/** Two pages: the console, and GraphiQL. `npm run dev` passes what they ask on to a server on port 8000. */
export default defineConfig({
  plugins: [smallDocuments(), react()],
  build: {
    rolldownOptions: {
      input: ["index.html", "graphiql.html"],
      checks: { moduleLevelDirective: false }, // GraphiQL's, for a compiler that it has been through
    },
    assetsInlineLimit: 0, // what is inline, the content security policy forbids
    chunkSizeWarningLimit: 5000,
  },
  server: { proxy: { "/graphql": { target: "http://127.0.0.1:8000", ws: true } } },
});
