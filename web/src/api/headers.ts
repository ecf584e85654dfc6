import { currentLanguage } from "../i18n/language";

/** Return the headers of every request: proof that it is not a simple cross-site request, and the response language. */
export function headers() {
  return { "GraphQL-Require-Preflight": "1", "Accept-Language": currentLanguage() };
}
