"""Seats of the demo's licenses, to assign and to revoke."""

from typing import Any

from tests.support.api_client import Client, codes
from tests.support.operations import ASSIGN, REVOKE

ASSIGNABLE = """
query Assignable($key: String!) { license(key: $key) { id } users(filter: {hasLicense: false}) { nodes { id login } } }
"""


class Seats:
    """A license and users without one, to produce audit events by assigning and revoking it."""

    def __init__(self, client: Client, assignable: dict[str, Any]) -> None:
        """Use the result of the `ASSIGNABLE` query; `find` runs it."""
        self.client = client
        self.license_id = assignable["license"]["id"]
        self.user_ids = [user["id"] for user in assignable["users"]["nodes"]]

    @classmethod
    async def find(cls, client: Client, key: str = "superoffice.visible-for") -> "Seats":
        """Find a license by key, and the users without any license."""
        return cls(client, await client.run(ASSIGNABLE, key=key))

    async def assign(self, *indices: int) -> None:
        """Assign the license to the users at these indices in one transaction, with one event each."""
        ids = [self.user_ids[index] for index in indices]
        assert codes(await self.client.run(ASSIGN, input={"licenseId": self.license_id, "userIds": ids})) == []

    async def revoke(self, *indices: int) -> None:
        """Revoke the license from the users at these indices in one transaction, with one event each."""
        ids = [self.user_ids[index] for index in indices]
        assert codes(await self.client.run(REVOKE, input={"licenseId": self.license_id, "userIds": ids})) == []


SEATS = """
query Seats($key: String!) { license(key: $key) { id seats { inUse } assignments { nodes { blocker user { id } } } } }
"""


async def find_holders(client: Client, license_key: str = "superoffice.ten-sales") -> tuple[str, list[str]]:
    """Return a license's ID and the IDs of the users from whom it can be revoked."""
    license = await client.run(SEATS, key=license_key)
    return license["id"], [one["user"]["id"] for one in license["assignments"]["nodes"] if not one["blocker"]]


async def revoke_from_per(client: Client) -> None:
    """Revoke Sales Premium from Per Haugen."""
    found = await client.run(
        """{ license(key: "superoffice.ten-sales") {
          id assignments(filter: { search: "Per Haugen" }) { nodes { user { id } } }
        } }"""
    )
    payload = await client.run(
        """mutation ($input: RevokeUserLicensesInput!) {
          revokeUserLicenses(input: $input) { userErrors { code } results { outcome } }
        }""",
        input={"licenseId": found["id"], "userIds": [found["assignments"]["nodes"][0]["user"]["id"]]},
    )
    assert payload == {"userErrors": [], "results": [{"outcome": "REVOKED"}]}
