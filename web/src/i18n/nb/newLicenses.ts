import type { RevocationBlocker } from "../../gql/graphql";
import type { newLicenses as en } from "../en/newLicenses";
import { plural } from "../plural";

const blockers: Record<RevocationBlocker, string> = {
  OPEN_REQUESTS: "eier åpne saker. Overfør dem, eller flytt brukeren til en annen plan",
  REQUIRED: "en annen lisens som brukeren har, krever den",
};

export const newLicenses: typeof en = {
  // Activate new license
  alteredLicenses: "Endrede lisenser",
  change: "Endring",
  changeKinds: { ADDED: "Ny", INCREASED: "Flere", DECREASED: "Færre", ALTERED: "Endret", REMOVED: "Fjernet" },
  oldTotal: "Før",
  newTotal: "Etter",
  formerName: (name) => `Tidligere ${name}`,
  gains: (features) => `Får ${features}`,
  loses: (features) => `Mister ${features}`,
  noLicensesAltered: "Ingen lisenser er endret, bare eieren eller datoene.",
  effectiveFrom: "Gjelder fra",
  caution: "Kontroller antall og moduler. Er noe galt, skal du ikke aktivere, men kontakte leverandøren.",
  removalRequired: (seats, license) =>
    `${license}: fjern lisensen fra ${plural(seats, "bruker", "brukere")} før du aktiverer.`,
  removeSuperfluous: "Fjern overflødige lisenser",
  notYetInEffect: (when) => `De nye lisensene gjelder fra ${when}, og kan aktiveres fra da av.`,
  cannotActivate: "Disse lisensene kan ikke aktiveres: de er utløpt, eller du har ikke rett til å aktivere dem.",
  movesOnActivation: (users, license) => `${users}: flyttes til ${license} ved aktiveringen`,
  activate: "Aktiver",
  activating: "Aktiverer …",
  activated: (vendor) => `De nye lisensene fra ${vendor} er aktivert.`,
  activatedAutomatically: (when) => `Disse lisensene ble aktivert automatisk ${when}. Du trenger ikke gjøre noe mer.`,
  markAsSeen: "Merk som sett",
  later: "Ikke nå",
  nothingPending: "Ingen nye lisenser venter på aktivering.",
  rejectCommand: "Avvis …",
  rejectNewLicenses: "Avvis nye lisenser",
  reason: "Begrunnelse",
  rejectHint: (vendor) =>
    `Begrunnelsen sendes til ${vendor}. De nåværende lisensene gjelder fortsatt. Kontakt leverandøren i tillegg.`,
  rejected: (vendor) => `De nye lisensene fra ${vendor} er avvist.`,

  // Remove superfluous licenses
  mustBeRemoved: "Må fjernes",
  enough: "Nok",
  surplusHelp: (seats) =>
    `Velg ${plural(seats, "bruker", "brukere")} som lisensen skal fjernes fra. Ingen blir slettet, og de beholder sine andre lisenser.`,
  holders: "Brukere som har lisensen",
  holdersOf: (license, count) => `${plural(count, "bruker", "brukere")} har ${license}`,
  searchUsers: "Søk etter brukere",
  lastSignIn: "Siste innlogging",
  assignedAt: "Tildelt",
  assignedBy: (date, who) => `${date}, av ${who}`,
  removable: "Kan fjernes",
  blocked: (blocker) => `Nei: ${blockers[blocker]}`,
  selectAll: "Velg alle på siden",
  selected: "Valgt",
  deselect: (name) => `Fjern ${name} fra utvalget`,
  suggest: "Foreslå",
  suggestHint: "Velger brukerne som har vært inaktive lengst",
  suggested: (count) => `${count} foreslått`,
  removeLicense: "Fjern lisens",
  moveTo: (license, seats) => `Flytt til ${license}${seats === null ? "" : ` (${Math.max(0, seats)} ledige)`}`,
  plannedMoves: (count) => `${plural(count, "bruker", "brukere")} flyttes til en annen lisens ved aktiveringen.`,
  removeFrom: (count) => `Fjern lisensen fra ${plural(count, "bruker", "brukere")}`,
  removing: "Fjerner …",
  removedFrom: (license, count) => `${license} er fjernet fra ${plural(count, "bruker", "brukere")}.`,
  notRemoved: (user, blocker) => `${user} beholder lisensen: ${blockers[blocker]}.`,
  noSurplus: "Det er ingen overflødige lisenser igjen.",
  continueToActivation: "Fortsett til aktivering",

  // Import license file
  importHelp:
    "Bruk lisensfilen nøyaktig slik leverandøren sendte den. Du kan se gjennom endringene før noe hentes inn.",
  chooseFile: "Velg en lisensfil",
  orDrop: "eller slipp den her",
  orPaste: "Eller lim inn innholdet",
  licenseKey: "Lisensnøkkel",
  licenseKeyHint: "Nøkkelen leverandøren ga dere ved kjøpet. Den dekrypterer filen, og blir ikke lagret.",
  preview: "Forhåndsvis endringer",
  reading: "Leser …",
  fileTooLarge: "Filen er større enn 256 KiB, og kan ikke være en lisensfil. Velg den som leverandøren sendte.",
  documentOf: (vendor, sequence, date) => `Lisensfil ${sequence} fra ${vendor}, utstedt ${date}`,
  willBeSuperfluous: (seats, license) =>
    `${license}: ${plural(seats, "plass", "plasser")} må frigjøres før aktivering. Du kan hente filen nå, og aktivere den senere.`,
  leaveForReview: "Se gjennom før aktivering",
  fileChangesNothing: "Filen endrer ingenting: disse lisensene gjelder allerede.",
  importNow: "Hent",
  importing: "Henter …",

  // Become a customer
  isDemo: "Dette er en demoversjon.",
  becomeACustomer: "Bli kunde",
  convertHelp: "Oppgi serienummeret og lisenseieren som leverandøren oppga da du kjøpte.",
  ownerHint: "Slik leverandøren skriver navnet.",
  convertFileHint: "Bare hvis leverandøren sendte en.",
  converting: "Kontakter leverandøren …",
  converted: (owner) => `${owner} er nå kunde.`,
};
