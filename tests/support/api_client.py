"""A client of the GraphQL API: a browser with its cookies, or a program with an API token."""

import json
from typing import Any

import httpx2

PASSWORD = "three seats too many"
"""The password of the demo's administrator."""


class OperationFailed(AssertionError):
    """The response has errors at the top level."""


class Client:
    """An API client: a browser with its cookies, or a partner's program with an API token."""

    def __init__(self, url: str, *, token: str | None = None, language: str = "en") -> None:
        """Create a client that is not signed in."""
        headers = {"Accept-Language": language, "GraphQL-Require-Preflight": "1"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self.http = httpx2.AsyncClient(base_url=url, headers=headers, timeout=30)

    async def run(self, operation: str, **variables: Any) -> Any:
        """Return the data of a response, or the field's value if there is a single root field.

        Raises:
            OperationFailed: The response has errors at the top level.
        """
        answer = await self.answer(operation, **variables)
        if "errors" in answer:
            raise OperationFailed(answer["errors"])
        data = answer["data"]
        return next(iter(data.values())) if len(data) == 1 else data

    async def answer(self, operation: str, **variables: Any) -> dict[str, Any]:
        """Return the whole response."""
        response = await self.http.post("/graphql", json={"query": operation, "variables": variables})
        answer: dict[str, Any] = response.json()
        return answer

    async def sign_in(self, login: str = "inga", password: str = PASSWORD) -> Any:
        """Return the payload of `signIn`."""
        return await self.run(
            """mutation ($input: SignInInput!) {
              signIn(input: $input) { viewer { actor { kind name } scopes } userErrors { code message path } }
            }""",
            input={"login": login, "password": password},
        )

    async def upload(self, operation: str, variables: dict[str, Any], path: str, content: bytes) -> Any:
        """Return the payload of a mutation with a file uploaded at a path of its variables."""
        response = await self.http.post(
            "/graphql",
            data={
                "operations": json.dumps({"query": operation, "variables": variables}),
                "map": json.dumps({"0": [f"variables.{path}"]}),
            },
            files={"0": ("license.lic", content)},
        )
        answer = response.json()
        if "errors" in answer:
            raise OperationFailed(answer["errors"])
        return next(iter(answer["data"].values()))


def codes(payload: dict[str, Any]) -> list[str]:
    """Return the codes of a payload's user errors."""
    return [error["code"] for error in payload["userErrors"]]
