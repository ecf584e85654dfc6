import type { users as en } from "../en/users";
import { plural } from "../plural";

export const users: typeof en = {
  users: "Brukere",
  employees: "Medarbeidere",
  otherUsers: "Andre brukere",
  group: "Gruppe",
  canSignIn: "Kan logge inn",
  cannotSignIn: "Kan ikke logge inn",
  anySignInStatus: "Kan logge inn eller ikke",
  allUsers: "Alle brukere",
  allLicenses: "Alle lisenser",
  withoutLicense: "Uten lisens",
  countOfUsers: (count) => plural(count, "bruker", "brukere"),
  userStatuses: { ACTIVE: "Aktiv", WAITING_FOR_APPROVAL: "Venter på godkjenning", RETIRED: "Tidligere ansatt" },
  userKinds: { EMPLOYEE: "Medarbeider", EXTERNAL: "Ekstern", ANONYMOUS: "Anonym", SYSTEM: "Systembruker" },
  selectionActions: "Handlinger for valgte brukere",
  countSelected: (count) => `${count} valgt`,
  clearSelection: "Fjern utvalget",
  chooseLicense: "Velg en lisens",
  currentLicense: "Nåværende lisens",
  newLicense: "Ny lisens",
  assignLicense: "Tildel lisens",
  moveLicense: "Flytt til en annen lisens",
  seatActions: { assign: "Tildel", revoke: "Fjern …", reassign: "Flytt" },
  removeLicenseTitle: (license) => `Fjern ${license}`,
  removeLicenseQuestion: (license, count) =>
    `${plural(count, "bruker", "brukere")} mister ${license}. Ingen blir slettet. Du kan tildele lisensen igjen så lenge det er ledige plasser.`,
  assignedTo: (count) => `Lisensen er tildelt ${plural(count, "bruker", "brukere")}.`,
  licenseRemovedFrom: (count) => `Lisensen er fjernet fra ${plural(count, "bruker", "brukere")}.`,
  movedTo: (count) => `${plural(count, "bruker", "brukere")} er flyttet til den nye lisensen.`,
  notAssigned: (user) => `${user} hadde ikke lisensen; ingenting er endret.`,
};
