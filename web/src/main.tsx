import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Provider } from "urql";
import { client } from "./api/client";
import { Announcements } from "./frame/Announcements";
import { Frame } from "./frame/Frame";
import { SessionGate } from "./session/SessionGate";
import { WordsProvider } from "./words/WordsProvider";
import "./style.css";

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <Provider value={client}>
      <WordsProvider>
        <Announcements>
          <SessionGate>
            <Frame />
          </SessionGate>
        </Announcements>
      </WordsProvider>
    </Provider>
  </StrictMode>,
);
