// Administer licenses with a generated client: `SERVER=… TOKEN=… npm run --silent story LICENSE_FILE`.

import { readFile } from "node:fs/promises";
import {
  ActivateDocument,
  type ChangeSetFragment,
  ImportFileDocument,
  type ImportMode,
  LicensesDocument,
  PendingChangesDocument,
  type UserErrorFieldsFragment,
  RevokeDocument,
  StatusDocument,
  SurplusDocument,
} from "./gql/graphql.js";
import { send, sendOnce } from "./send.js";

/** Print the seats bought and in use. */
async function showLicenses() {
  const { installation, licenses } = await send(LicensesDocument, {});
  console.log(`${installation?.licenseOwner}, ${installation?.serialNumber}`);
  for (const { name, seats } of licenses?.nodes ?? []) {
    if (seats) console.log(`  ${name}: ${seats.inUse} of ${limit(seats.total)}`);
  }
}

/** Print the change sets that vendors have sent. */
async function showPendingChanges() {
  const { pendingChanges } = await send(PendingChangesDocument, {});
  pendingChanges?.forEach(show);
}

/** Revoke superfluous seats from the suggested users. */
async function resolveSurplus() {
  const { surplusRequirements } = await send(SurplusDocument, {});
  for (const { license, seatsToRemove, suggestions } of surplusRequirements ?? []) {
    console.log(`${license.name}: ${seatsToRemove} too many`);
    const userIds = suggestions.map(({ assignment }) => assignment.user.id);
    const { revokeUserLicenses } = await sendOnce(RevokeDocument, { input: { licenseId: license.id, userIds } });
    check(revokeUserLicenses);
    for (const { user, outcome } of revokeUserLicenses?.results ?? []) console.log(`  ${user?.name}: ${outcome}`);
  }
}

/** Activate the pending change sets. */
async function activate() {
  const { pendingChanges } = await send(PendingChangesDocument, {});
  for (const { id } of pendingChanges ?? []) {
    const { activateLicenses } = await sendOnce(ActivateDocument, { input: { changeSetId: id } });
    check(activateLicenses);
    show(activateLicenses?.changeSet);
  }
}

/** Preview a license file, then import it. */
async function importFile(text: string) {
  const input = (mode: ImportMode) => ({ input: { file: { text }, mode } });
  const preview = await send(ImportFileDocument, input("PREVIEW"));
  check(preview.importLicenseFile);
  show(preview.importLicenseFile?.changeSet);
  const imported = await sendOnce(ImportFileDocument, input("FOLLOW_POLICY"));
  check(imported.importLicenseFile);
  show(imported.importLicenseFile?.changeSet);
}

/** Print the status of each vendor's licenses. */
async function showStatus() {
  const { vendors } = await send(StatusDocument, {});
  for (const { name, status, updateStatus } of vendors ?? []) console.log(`${name}: ${status}, ${updateStatus}`);
}

/** Print a change set and its changes. */
function show(changeSet: ChangeSetFragment | null | undefined) {
  if (!changeSet) return;
  console.log(`New licenses of ${changeSet.vendor.name}: ${changeSet.status}`);
  for (const change of changeSet.changes) console.log(`  ${change.name}: ${change.kind}${seats(change)}`);
}

/** Return the old and the new number of seats, if they differ; licenses for everyone have none. */
function seats({ oldTotal, newTotal, surplus }: ChangeSetFragment["changes"][number]) {
  return oldTotal === newTotal ? "" : `, ${limit(oldTotal)} -> ${limit(newTotal)}, ${surplus} too many`;
}

/** Return the number of seats, or `unlimited`. */
function limit(total: number | null | undefined) {
  return total ?? "unlimited";
}

/** Exit with the messages if there are user errors; each says what to do. */
function check(payload: { userErrors: UserErrorFieldsFragment[] } | null | undefined) {
  if (!payload?.userErrors.length) return;
  for (const { code, message } of payload.userErrors) console.error(`${code}: ${message}`);
  process.exit(1);
}

const [licenseFile = ""] = process.argv.slice(2);

await showLicenses();
await showPendingChanges();
await resolveSurplus();
await activate();
await showStatus();
await importFile(await readFile(licenseFile, "utf8"));
await showStatus();
