"""The operations sent to each server: those of the console's screens."""

import json
from dataclasses import dataclass
from typing import Any

USERS = """query Users($licenseType: String!, $first: Int!) {
  users(filter: {licenseType: $licenseType}, first: $first) {
    nodes { id name login category lastLoginAt assignments { id assignedAt license { key name } } }
    pageInfo { hasNextPage }
  }
}"""
LICENSES = "query Licenses { licenses { nodes { id key name seats { total inUse available } } } }"
SURPLUS = """query Surplus {
  surplusRequirements {
    license { key name } seatsInUse seatsAvailable seatsToRemove
    assignments(first: 50) { totalCount nodes { id assignedAt user { id name login } } }
  }
}"""
TYPENAME = "{ __typename }"
LICENSE_TYPE = "superoffice.license-3"


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A request, as a GraphQL operation and as a REST path."""

    name: str
    query: str
    variables: dict[str, Any]
    path: str

    @property
    def body(self) -> bytes:
        """The JSON body of the GraphQL request."""
        return json.dumps({"query": self.query, "variables": self.variables}).encode()


def users(first: int) -> Case:
    """Return the Users screen, filtered by a license."""
    given = {"licenseType": LICENSE_TYPE, "first": first}
    return Case(f"Users screen, {first} rows", USERS, given, f"/users?licenseType={LICENSE_TYPE}&first={first}")


CASES = (
    users(10),
    users(100),
    Case("Licenses screen", LICENSES, {}, "/licenses"),
    Case("Surplus dialog", SURPLUS, {}, "/surplus"),
    Case("`{ __typename }`", TYPENAME, {}, "/typename"),
)
"""The requests measured; pages have at most 100 rows, the API's maximum."""
