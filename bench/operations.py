"""What is asked of each server: the console's screens."""

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
    """A request: over GraphQL, and its path where there is no GraphQL."""

    name: str
    query: str
    variables: dict[str, Any]
    path: str

    @property
    def body(self) -> bytes:
        """What is posted."""
        return json.dumps({"query": self.query, "variables": self.variables}).encode()


def users(first: int) -> Case:
    """The Users screen, narrowed to a license."""
    given = {"licenseType": LICENSE_TYPE, "first": first}
    return Case(f"Users screen, {first} rows", USERS, given, f"/users?licenseType={LICENSE_TYPE}&first={first}")


CASES = (
    users(10),
    users(100),
    Case("Licenses screen", LICENSES, {}, "/licenses"),
    Case("Surplus dialog", SURPLUS, {}, "/surplus"),
    Case("`{ __typename }`", TYPENAME, {}, "/typename"),
)
"""No page has 1,000 rows: the API gives 100 at most."""
