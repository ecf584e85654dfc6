"""A pytest plugin that disables compiled execution: `make test-reference`."""

from schema.build import schema
from schema.execution.graphql_core import DefaultExecutionContext


def pytest_configure() -> None:
    """Disable it in this process; servers started by tests are configured by their environment."""
    schema.execution_context_class = DefaultExecutionContext
