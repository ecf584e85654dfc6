"""Who calls, who did something, and the secrets of integrations."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from licensing.enums import ActorKind, ApiScope
from models.api_token import ApiToken as StoredApiToken
from resolvers import context
from schema.core.descriptions import object_type
from schema.core.row_mapping import Computed, Nested, RowMapping, ToOne
from schema.relay.node import Node, global_id

if TYPE_CHECKING:
    from schema.types.vendor import Vendor


@object_type
class Actor:
    """Who did something, as they were at the time."""

    kind: ActorKind
    """What kind of actor."""
    name: str
    """User name, token name, or `system`."""

    __mapping__ = RowMapping(context.Actor)


@object_type
class Viewer:
    """Who is calling."""

    actor: Actor
    """Who that is."""
    scopes: list[ApiScope]
    """What they may do."""

    __mapping__ = RowMapping(context.Principal, actor=Nested("actor", "Actor"), scopes=Computed(sorted, "scopes"))


@object_type
class ApiToken(Node):
    """A secret that lets an integration call this API."""

    id: strawberry.ID
    """Global ID."""
    name: str
    """What the token is for."""
    scopes: list[ApiScope]
    """What it may do."""
    created_at: datetime
    """When it was issued."""
    vendor: Annotated["Vendor", strawberry.lazy("schema.types.vendor")] | None
    """The only vendor whose licenses it may touch; null for all."""
    expires_at: datetime
    """When it stops working."""
    last_used_at: datetime | None
    """When it was last used, to the hour; null for never."""
    revoked_at: datetime | None
    """When it was revoked; null while it works."""

    __mapping__ = RowMapping(
        StoredApiToken,
        id=Computed(global_id("ApiToken"), "id"),
        vendor=ToOne("vendors", "vendor_id", "Vendor", "vendor"),
    )
