// An administrator's day, by a program: `SERVER=… TOKEN=… npm run --silent story LICENSE_FILE`.

import { readFile } from "node:fs/promises";
import {
  ActivateDocument,
  type ChangeSetFragment,
  ImportFileDocument,
  type ImportMode,
  LicensesDocument,
  PendingChangesDocument,
  type RefusalFragment,
  RevokeDocument,
  StatusDocument,
  SurplusDocument,
} from "./gql/graphql.js";
import { send, sendOnce } from "./send.js";

/** What has been bought, and how much of it is used. */
async function showLicenses() {
  const { installation, licenses } = await send(LicensesDocument, {});
  console.log(`${installation?.licenseOwner}, ${installation?.serialNumber}`);
  for (const { name, seats } of licenses?.nodes ?? []) {
    if (seats) console.log(`  ${name}: ${seats.inUse} of ${limit(seats.total)}`);
  }
}

/** What the vendors have sent. */
async function showPendingChanges() {
  const { pendingChanges } = await send(PendingChangesDocument, {});
  pendingChanges?.forEach(show);
}

/** Takes licenses from those who will miss them least, as many as there must be. */
async function revokeWhatIsTooMuch() {
  const { surplusRequirements } = await send(SurplusDocument, {});
  for (const { license, seatsToRemove, suggestions } of surplusRequirements ?? []) {
    console.log(`${license.name}: ${seatsToRemove} too many`);
    const userIds = suggestions.map(({ assignment }) => assignment.user.id);
    const { revokeUserLicenses } = await sendOnce(RevokeDocument, { input: { licenseId: license.id, userIds } });
    check(revokeUserLicenses);
    for (const { user, outcome } of revokeUserLicenses?.results ?? []) console.log(`  ${user?.name}: ${outcome}`);
  }
}

/** Puts into force what waits. */
async function activate() {
  const { pendingChanges } = await send(PendingChangesDocument, {});
  for (const { id } of pendingChanges ?? []) {
    const { activateLicenses } = await sendOnce(ActivateDocument, { input: { changeSetId: id } });
    check(activateLicenses);
    show(activateLicenses?.changeSet);
  }
}

/** Looks at a license file first, and then imports it. */
async function importFile(text: string) {
  const input = (mode: ImportMode) => ({ input: { file: { text }, mode } });
  const preview = await send(ImportFileDocument, input("PREVIEW"));
  check(preview.importLicenseFile);
  show(preview.importLicenseFile?.changeSet);
  const imported = await sendOnce(ImportFileDocument, input("FOLLOW_POLICY"));
  check(imported.importLicenseFile);
  show(imported.importLicenseFile?.changeSet);
}

/** Where each vendor's licenses stand. */
async function showStatus() {
  const { vendors } = await send(StatusDocument, {});
  for (const { name, status, updateStatus } of vendors ?? []) console.log(`${name}: ${status}, ${updateStatus}`);
}

/** A change set, and what it changes. */
function show(changeSet: ChangeSetFragment | null | undefined) {
  if (!changeSet) return;
  console.log(`New licenses of ${changeSet.vendor.name}: ${changeSet.status}`);
  for (const change of changeSet.changes) console.log(`  ${change.name}: ${change.kind}${seats(change)}`);
}

/** How many seats there were and will be, where that changes; a license for everyone has none. */
function seats({ oldTotal, newTotal, surplus }: ChangeSetFragment["changes"][number]) {
  return oldTotal === newTotal ? "" : `, ${limit(oldTotal)} -> ${limit(newTotal)}, ${surplus} too many`;
}

/** How many seats at most. */
function limit(total: number | null | undefined) {
  return total ?? "unlimited";
}

/** Ends the program if the server has refused what was asked; a message says what to do about it. */
function check(payload: { userErrors: RefusalFragment[] } | null | undefined) {
  if (!payload?.userErrors.length) return;
  for (const { code, message } of payload.userErrors) console.error(`${code}: ${message}`);
  process.exit(1);
}

const [licenseFile = ""] = process.argv.slice(2);

await showLicenses();
await showPendingChanges();
await revokeWhatIsTooMuch();
await activate();
await showStatus();
await importFile(await readFile(licenseFile, "utf8"));
await showStatus();
