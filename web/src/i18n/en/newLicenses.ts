import type { LicenseChangeKind, RevocationBlocker } from "../../gql/graphql";
import { plural } from "../plural";

const blockers = {
  OPEN_REQUESTS: "owns open requests. Hand them over, or move the user to another plan",
  REQUIRED: "another license of the user requires it",
} satisfies Record<RevocationBlocker, string>;

/** The dialogs that activate new licenses, remove superfluous ones, import a license file and convert a demo. */
export const newLicenses = {
  // Activate new license
  alteredLicenses: "Altered licenses",
  change: "Change",
  changeKinds: {
    ADDED: "Added",
    INCREASED: "More seats",
    DECREASED: "Fewer seats",
    ALTERED: "Altered",
    REMOVED: "Removed",
  } satisfies Record<LicenseChangeKind, string>,
  oldTotal: "Old",
  newTotal: "New",
  formerName: (name: string) => `Formerly ${name}`,
  gains: (features: string) => `Gains ${features}`,
  loses: (features: string) => `Loses ${features}`,
  noLicensesAltered: "No licenses are altered, only the owner or the dates.",
  effectiveFrom: "Effective from",
  caution: "Check the numbers and modules. If something is wrong, do not activate; contact the vendor instead.",
  removalRequired: (seats: number, license: string) =>
    `${license}: remove the license from ${plural(seats, "user", "users")} before you activate.`,
  removeSuperfluous: "Remove superfluous licenses",
  notYetInEffect: (when: string) => `The new licenses take effect on ${when} and can be activated from then on.`,
  cannotActivate:
    "These licenses cannot be activated: they have expired, or you do not have permission to activate them.",
  movesOnActivation: (users: string, license: string) => `${users}: will move to ${license} on activation`,
  activate: "Activate",
  activating: "Activating …",
  activated: (vendor: string) => `The new licenses from ${vendor} are activated.`,
  activatedAutomatically: (when: string) =>
    `These licenses were activated automatically on ${when}. No further action is needed.`,
  markAsSeen: "Mark as seen",
  later: "Not now",
  nothingPending: "No new licenses are awaiting activation.",
  rejectCommand: "Reject …",
  rejectNewLicenses: "Reject new licenses",
  reason: "Reason",
  rejectHint: (vendor: string) =>
    `The reason is sent to ${vendor}. The current licenses remain in effect. Contact the vendor as well.`,
  rejected: (vendor: string) => `The new licenses from ${vendor} are rejected.`,

  // Remove superfluous licenses
  mustBeRemoved: "Must be removed",
  enough: "Enough",
  surplusHelp: (seats: number) =>
    `Select ${plural(seats, "user", "users")} to remove the license from. No users are deleted, and they keep their other licenses.`,
  holders: "Users who hold the license",
  holdersOf: (license: string, count: number) => `${plural(count, "user holds", "users hold")} ${license}`,
  searchUsers: "Search users",
  lastSignIn: "Last sign-in",
  assignedAt: "Assigned",
  assignedBy: (date: string, who: string) => `${date}, by ${who}`,
  removable: "Removable",
  blocked: (blocker: RevocationBlocker) => `No: ${blockers[blocker]}`,
  selectAll: "Select all on this page",
  selected: "Selected",
  deselect: (name: string) => `Deselect ${name}`,
  suggest: "Suggest",
  suggestHint: "Selects the users who have been inactive longest",
  suggested: (count: number) => `${count} suggested`,
  removeLicense: "Remove license",
  moveTo: (license: string, seats: number | null) =>
    `Move to ${license}${seats === null ? "" : ` (${Math.max(0, seats)} left)`}`,
  plannedMoves: (count: number) => `${plural(count, "user moves", "users move")} to another license on activation.`,
  removeFrom: (count: number) => `Remove license from ${plural(count, "user", "users")}`,
  removing: "Removing …",
  removedFrom: (license: string, count: number) => `${license} was removed from ${plural(count, "user", "users")}.`,
  notRemoved: (user: string, blocker: RevocationBlocker) => `${user} keeps the license: ${blockers[blocker]}.`,
  noSurplus: "There are no superfluous licenses left.",
  continueToActivation: "Continue to activation",

  // Import license file
  importHelp:
    "Use the license file exactly as the vendor sent it. You can review the changes before anything is imported.",
  chooseFile: "Choose a license file",
  orDrop: "or drop it here",
  orPaste: "Or paste its contents",
  licenseKey: "License key",
  licenseKeyHint: "The key that the vendor gave you with your purchase. It decrypts the file and is not stored.",
  preview: "Preview changes",
  reading: "Reading …",
  fileTooLarge: "The file is larger than 256 KiB and cannot be a license file. Choose the file that the vendor sent.",
  documentOf: (vendor: string, sequence: number, date: string) =>
    `License file ${sequence} from ${vendor}, issued ${date}`,
  willBeSuperfluous: (seats: number, license: string) =>
    `${license}: ${plural(seats, "seat", "seats")} must be freed before activation. You can import the file now and activate it later.`,
  leaveForReview: "Review before activation",
  fileChangesNothing: "The file changes nothing: these licenses are already in effect.",
  importNow: "Import",
  importing: "Importing …",

  // Become a customer
  isDemo: "This is a demo installation.",
  becomeACustomer: "Become a customer",
  convertHelp: "Enter the serial number and the license owner that the vendor gave you with your purchase.",
  ownerHint: "As the vendor spells it.",
  convertFileHint: "Only if the vendor sent one.",
  converting: "Contacting the vendor …",
  converted: (owner: string) => `${owner} is now a customer.`,
};
