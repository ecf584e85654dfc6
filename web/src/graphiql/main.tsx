import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import "./page.css";
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { createRoot } from "react-dom/client";
import { socket } from "../api/socket";
import { tabs } from "./tabs";

const fetcher = createGraphiQLFetcher({
  url: "/graphql",
  headers: { "GraphQL-Require-Preflight": "1" },
  wsClient: socket,
});

createRoot(document.getElementById("root")!).render(
  <GraphiQL fetcher={fetcher} defaultTabs={tabs}>
    <GraphiQL.Logo>
      <a href="/">Seatkeeper</a>
    </GraphiQL.Logo>
  </GraphiQL>,
);
