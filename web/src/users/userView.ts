import type { UserCategory, UserFilter, UserOrder } from "../gql/graphql";
import { pageOf, type PageRequest } from "../parts/Pager";

/** The choice of those who hold no license at all. */
export const NO_LICENSE = "none";

/** What of a list of users is shown: all of it stands in the address. */
export interface UserView {
  filter: UserFilter;
  orderBy: UserOrder;
  page: PageRequest;
}

const FIELDS = ["NAME", "LOGIN", "LAST_LOGIN_AT"] as const;

/** The view that an address asks for. */
export function viewOf(parameters: URLSearchParams, category: UserCategory): UserView {
  const license = parameters.get("license");
  const login = parameters.get("login");
  const order = parameters.get("order") ?? "NAME";
  const field = FIELDS.find((one) => one === order.replace(/^-/, "")) ?? "NAME";
  return {
    filter: {
      category,
      licenseType: license && license !== NO_LICENSE ? license : null,
      hasLicense: license === NO_LICENSE ? false : null,
      canLogIn: login ? login === "yes" : null,
      search: parameters.get("search"),
    },
    orderBy: { field, direction: order.startsWith("-") ? "DESC" : "ASC" },
    page: pageOf(parameters),
  };
}

/** How an order stands in the address. */
export function orderParameter({ field, direction }: UserOrder) {
  return field === "NAME" && direction !== "DESC" ? null : `${direction === "DESC" ? "-" : ""}${field}`;
}
