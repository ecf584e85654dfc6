import { parsePage, type PageRequest } from "../components/Pager";
import type { UserCategory, UserFilter, UserOrder } from "../gql/graphql";

/** Parameter value that selects users without a license. */
export const NO_LICENSE = "none";

/** Filter, order and page of a list of users; all are parameters of the URL. */
export interface UserListQuery {
  filter: UserFilter;
  orderBy: UserOrder;
  page: PageRequest;
}

const FIELDS = ["NAME", "LOGIN", "LAST_LOGIN_AT"] as const;

/** Return the query that the URL parameters request. */
export function parseUserListQuery(parameters: URLSearchParams, category: UserCategory): UserListQuery {
  const license = parameters.get("license");
  const login = parameters.get("login");
  const order = parameters.get("order") ?? "NAME";
  const field = FIELDS.find((name) => name === order.replace(/^-/, "")) ?? "NAME";
  return {
    filter: {
      category,
      licenseType: license && license !== NO_LICENSE ? license : null,
      hasLicense: license === NO_LICENSE ? false : null,
      canLogIn: login ? login === "yes" : null,
      search: parameters.get("search"),
    },
    orderBy: { field, direction: order.startsWith("-") ? "DESC" : "ASC" },
    page: parsePage(parameters),
  };
}

/** Return the URL parameter of an order; null for the default, by name. */
export function orderParameter({ field, direction }: UserOrder) {
  return field === "NAME" && direction !== "DESC" ? null : `${direction === "DESC" ? "-" : ""}${field}`;
}
