import { audit } from "./audit";
import { common } from "./common";
import { integrations } from "./integrations";
import { licenses } from "./licenses";
import { newLicenses } from "./newLicenses";
import { users } from "./users";

/** English, the reference catalog: every other catalog has its type. */
export const en = { ...common, ...licenses, ...newLicenses, ...users, ...audit, ...integrations };
