import type { UserKind, UserStatus } from "../../gql/graphql";
import { plural } from "../plural";

/** The Users screen, and the commands for selected users. */
export const users = {
  users: "Users",
  employees: "Employees",
  otherUsers: "Other users",
  group: "Group",
  canSignIn: "Can sign in",
  cannotSignIn: "Cannot sign in",
  anySignInStatus: "Any sign-in status",
  allUsers: "All users",
  allLicenses: "All licenses",
  withoutLicense: "Without a license",
  countOfUsers: (count: number) => plural(count, "user", "users"),
  userStatuses: {
    ACTIVE: "Active",
    WAITING_FOR_APPROVAL: "Waiting for approval",
    RETIRED: "Former employee",
  } satisfies Record<UserStatus, string>,
  userKinds: {
    EMPLOYEE: "Employee",
    EXTERNAL: "External",
    ANONYMOUS: "Anonymous",
    SYSTEM: "System user",
  } satisfies Record<UserKind, string>,
  selectionActions: "Actions for selected users",
  countSelected: (count: number) => `${count} selected`,
  clearSelection: "Clear selection",
  chooseLicense: "Choose a license",
  currentLicense: "Current license",
  newLicense: "New license",
  assignLicense: "Assign license",
  moveLicense: "Move to another license",
  seatActions: { assign: "Assign", revoke: "Remove …", reassign: "Move" },
  removeLicenseTitle: (license: string) => `Remove ${license}`,
  removeLicenseQuestion: (license: string, count: number) =>
    `${plural(count, "user loses", "users lose")} ${license}. No users are deleted. You can assign the license again while seats are available.`,
  assignedTo: (count: number) => `The license was assigned to ${plural(count, "user", "users")}.`,
  licenseRemovedFrom: (count: number) => `The license was removed from ${plural(count, "user", "users")}.`,
  movedTo: (count: number) => `${plural(count, "user was", "users were")} moved to the new license.`,
  notAssigned: (user: string) => `${user} did not have the license; nothing was changed.`,
};
