import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { smallDocuments } from "./vite.documents.ts";

/** What every screen needs. */
const FIRST = [
  { name: "libraries", test: /node_modules\/(react|react-dom|scheduler|urql|@urql|@0no-co|wonka|graphql-ws)\// },
  { name: "frame", test: /src\/(api|frame|gql|parts|session)\/|src\/words\/(?!en|nb)/ },
];

/** Two pages: the console, and GraphiQL. `npm run dev` passes what they ask on to a server on port 8000. */
export default defineConfig({
  plugins: [smallDocuments(), react()],
  build: {
    rolldownOptions: {
      input: ["index.html", "graphiql.html"],
      output: { codeSplitting: { groups: FIRST } }, // few and large chunks pack better
      checks: { moduleLevelDirective: false }, // GraphiQL's, for a compiler that it has been through
    },
    assetsInlineLimit: 0, // what is inline, the content security policy forbids
    chunkSizeWarningLimit: 5000,
  },
  server: { proxy: { "/graphql": { target: "http://127.0.0.1:8000", ws: true } } },
});
