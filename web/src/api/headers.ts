import { currentLanguage } from "../words/language";

/** What each request says beside what it asks: that no page of another site sent it, and the language of the answer. */
export function headers() {
  return { "GraphQL-Require-Preflight": "1", "Accept-Language": currentLanguage() };
}
