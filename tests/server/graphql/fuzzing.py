"""Strategies, settings and fixtures of tests with random input."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from schema.build import schema
from server.app import create_app

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Marks tests whose requests are rejected before the database is queried."""

JSON = {"Content-Type": "application/json"}
POST = {"query": "query ($a: Int) { users(first: $a) { totalCount } }", "variables": {"a": 1}, "operationName": None}

EXAMPLES = settings(
    max_examples=100,
    deadline=timedelta(seconds=2),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    print_blob=True,
)
TYPES = [
    "User",
    "License",
    "Vendor",
    "LicenseChangeSet",
    "LicenseChange",
    "SurplusRequirement",
    "ApiToken",
    "AuditEvent",
]
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(max_size=30)
    | st.sampled_from(["", "\0", "\ud800", "é" * 1_001, "2026-01-31T12:00:00Z", "9999-12-31T23:59:59-23:59", "1e400"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)


@pytest.fixture
def app(settings: Any) -> Any:
    """Return the application with the API's schema."""
    return create_app(settings, schema)


@pytest.fixture
def check_response(inga: httpx2.AsyncClient, log: Any) -> Callable[[httpx2.Response], None]:
    """Return a function that checks that a response and the log report no server error."""

    def check(response: httpx2.Response) -> None:
        assert response.status_code < 500, response.text
        body = response.json()
        assert isinstance(body, dict)
        codes = [error["extensions"].get("code") for error in body.get("errors", ())]
        assert "INTERNAL" not in codes
        assert None not in codes
        assert not [line for line in log() if "exception" in line or line["level"] in ("error", "critical")]

    return check
