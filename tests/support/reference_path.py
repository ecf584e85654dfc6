"""A pytest plugin that disables compiled execution and the fast path for simple requests: `make test-reference`."""

import server.graphql.view
from schema.build import schema
from schema.execution.graphql_core import DefaultExecutionContext


def pytest_configure() -> None:
    """Disable both in this process; servers started by tests are configured by their environment."""
    schema.execution_context_class = DefaultExecutionContext
    setattr(server.graphql.view, "accepts_single_response", lambda request: False)  # noqa: B010 - it is imported there
