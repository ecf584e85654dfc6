import type { Translations } from "../TranslationsProvider";
import { audit } from "./audit";
import { common } from "./common";
import { integrations } from "./integrations";
import { licenses } from "./licenses";
import { newLicenses } from "./newLicenses";
import { users } from "./users";

/** Norwegian (bokmål). */
export const nb: Translations = { ...common, ...licenses, ...newLicenses, ...users, ...audit, ...integrations };
