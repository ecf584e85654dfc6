"""State of a request to `/graphql`."""

from contextlib import ExitStack
from dataclasses import dataclass, field

from resolvers.context import Context
from server.graphql.rate_limiter import RateLimitResult


@dataclass(slots=True)
class RequestState:
    """The state that the view keeps in `request.state.graphql`."""

    context: Context
    exit_stack: ExitStack = field(default_factory=ExitStack)
    """Closed when the response is complete."""
    status: int = 200
    """Status of a response in the media type of the GraphQL over HTTP specification."""
    charge: RateLimitResult | None = None
    """Points charged; None for a stream, whose events cost nothing."""
