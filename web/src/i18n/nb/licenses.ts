import type { VendorCheckOutcome } from "../../gql/graphql";
import type { licenses as en } from "../en/licenses";
import { plural } from "../plural";

const checkOutcomes: Record<VendorCheckOutcome, string> = {
  UP_TO_DATE: "oppdatert",
  CHANGES_FOUND: "nye lisenser",
  UNAVAILABLE: "ikke noe svar",
  REFUSED: "avslått",
  UNUSABLE: "ugyldig svar",
};

export const licenses: typeof en = {
  licenses: "Lisenser",
  license: "Lisens",
  licenseType: "Lisenstype",
  licenseOwner: "Lisenseier",
  licenseStatus: "Lisensstatus",
  licenseFile: "Lisensfil",
  serialNumber: "Serienummer",
  vendor: "Leverandør",
  vendors: "Leverandører",
  status: "Status",
  installation: "Installasjon",
  demo: "Demoversjon",
  expires: "Utløp",
  daysFromNow: (days) =>
    days === 0
      ? "i dag"
      : days > 0
        ? `om ${plural(days, "dag", "dager")}`
        : `for ${plural(-days, "dag", "dager")} siden`,
  nextExpiry: "Neste utløp",
  graceEnds: (date) => `Virker til ${date}`,
  maintenanceUntil: "Vedlikehold til",
  noLimit: "Ingen sluttdato",
  lastCheck: "Siste kontroll",
  nextCheck: "Neste kontroll",
  notScheduled: "Ikke planlagt",
  checked: (when, outcome) => `${when}: ${checkOutcomes[outcome]}`,
  activationPolicy: "Automatisk aktivering",
  activationPolicyFor: (vendor) => `Automatisk aktivering for ${vendor}`,
  policies: { AUTOMATIC: "Alle endringer", REVIEW_REDUCTIONS: "Alt unntatt reduksjoner", MANUAL: "Ingen" },
  licenseStatuses: {
    ACTIVE: "Aktiv",
    EXPIRING_SOON: "Utløper snart",
    IN_GRACE_PERIOD: "Utløpt, virker ennå",
    EXPIRED: "Utløpt",
  },
  updateStatus: {
    UP_TO_DATE: "Oppdatert",
    ACTIVATED_AUTOMATICALLY: "Ny lisens aktivert",
    AWAITING_ACTIVATION: "Aktiver ny lisens",
    BLOCKED_BY_SURPLUS: "Aktiver ny lisens",
    CHECK_FAILED: "Problem: nye lisenser kunne ikke hentes",
    REJECTED: "Ny lisens avvist",
  },
  buyNewLicenses: "Kjøp nye lisenser",
  getFromWeb: "Hent lisens fra nettet",
  getFromFile: "Hent lisens fra fil",
  checking: "Kontrollerer …",
  changesFound: (vendor) => `Nye lisenser fra ${vendor} er mottatt.`,
  noChangesFound: (vendor) => `Det finnes ingen nye lisenser fra ${vendor}.`,
  licensesUnchanged:
    "De nåværende lisensene gjelder fortsatt. Har leverandøren sendt en lisensfil, kan du hente den i stedet.",
  userLicenses: "Brukerlisenser",
  systemLicenses: "Systemlisenser",
  systemLicense: "Systemlisens",
  userPlan: "Brukerplan",
  total: "Totalt",
  inUse: "I bruk",
  available: "Ledige",
  unlimited: "Ubegrenset",
  utilization: "Andel i bruk",
  seatsInUse: (inUse, total) => `${inUse} av ${total} i bruk`,
  newLicenses: "Nye lisenser",
  newTotalOf: (total) => `Nytt antall: ${total}`,
  tooMany: (seats) => `${seats} for mange`,
  problemTitle: (vendor) => `Nye lisenser fra ${vendor}`,
  checkFailed: (when) => `Kontrollen ${when} mislyktes.`,
  rejectedBy: (who, when) => `Avvist av ${who} ${when}. Leverandøren har ikke sendt nye lisenser siden.`,
  contact: (vendor) => `Kontakt ${vendor}`,
};
