"""Has the tests run with nothing compiled and no shorter way: `make test-long-way`."""

from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

import server.graphql.view
from schema.build import schema


def pytest_configure() -> None:
    """Turns both off, in this process; servers that tests start are told by their environment."""
    schema.execution_context_class = StrawberryGraphQLCoreExecutionContext
    setattr(server.graphql.view, "accepts_single_response", lambda request: False)  # noqa: B010 - it is imported there
