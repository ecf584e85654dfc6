import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Provider } from "urql";
import { client } from "./api/client";
import { TranslationsProvider } from "./i18n/TranslationsProvider";
import { AnnouncementProvider } from "./layout/AnnouncementProvider";
import { AppLayout } from "./layout/AppLayout";
import { SessionGate } from "./session/SessionGate";
import "./styles/index.css";

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <Provider value={client}>
      <TranslationsProvider>
        <AnnouncementProvider>
          <SessionGate>
            <AppLayout />
          </SessionGate>
        </AnnouncementProvider>
      </TranslationsProvider>
    </Provider>
  </StrictMode>,
);
