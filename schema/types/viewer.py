"""Types of the viewer, actors and API tokens."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from licensing.enums import ActorKind, ApiScope
from models.api_token import ApiToken as StoredApiToken
from resolvers import principals
from schema.core.descriptions import object_type
from schema.core.row_mapping import RowMapping
from schema.core.row_sources import Computed, Nested, ToOne
from schema.relay.node import Node, global_id

if TYPE_CHECKING:
    from schema.types.vendor import Vendor


@object_type(name="Actor")
class EventActor:
    """A user, token or system that performed an action, as it was at that time."""

    kind: ActorKind
    """Kind of actor."""
    name: str
    """Name of the user or token, or `system`."""

    __mapping__ = RowMapping(principals.Actor)


@object_type
class Viewer:
    """The caller of the API: a signed-in administrator or an API token."""

    actor: EventActor
    """The administrator or token."""
    scopes: list[ApiScope]
    """Scopes of the caller."""

    __mapping__ = RowMapping(principals.Principal, actor=Nested("actor", "Actor"), scopes=Computed(sorted, "scopes"))


@object_type
class ApiToken(Node):
    """An API token, with which an integration calls this API."""

    id: strawberry.ID
    """Global ID of the object."""
    name: str
    """Name that describes the token's purpose."""
    scopes: list[ApiScope]
    """Scopes of the token."""
    created_at: datetime
    """Time at which the token was issued."""
    vendor: Annotated["Vendor", strawberry.lazy("schema.types.vendor")] | None
    """Vendor that the token is restricted to; null for all vendors."""
    expires_at: datetime
    """Expiry of the token."""
    last_used_at: datetime | None
    """Time of the last use, with a precision of one hour; null if never used."""
    revoked_at: datetime | None
    """Time at which the token was revoked; null if not revoked."""

    __mapping__ = RowMapping(
        StoredApiToken,
        id=Computed(global_id("ApiToken"), "id"),
        vendor=ToOne("vendors", "vendor_id", "Vendor", "vendor"),
    )
