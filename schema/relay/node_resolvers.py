"""Objects by their global IDs, under the rules of the root fields that list them."""

from collections.abc import Awaitable, Callable
from typing import Any

from licensing.enums import ApiScope
from resolvers.change_sets.read_model import LicenseChangeView, Surplus
from resolvers.context import Context
from resolvers.dataloaders import Loaders
from schema.core.row_mapping import from_row
from schema.relay.node import Node, decode
from schema.types.audit_event import AuditEvent
from schema.types.change_set import LicenseChange, LicenseChangeSet, SurplusRequirement
from schema.types.installation import Installation
from schema.types.license import License
from schema.types.user import LicenseAssignment, User
from schema.types.vendor import Vendor
from schema.types.viewer import ApiToken
from schema.types.webhook import Webhook

Lookup = Callable[[Loaders, int, str | None], Awaitable[Any]]


async def _installation(loaders: Loaders, id_: int, _: str | None) -> Any:
    return await loaders.installation() if id_ == loaders.context.installation_id else None


async def _license(loaders: Loaders, id_: int, _: str | None) -> Any:
    row = await loaders.license.load(id_)
    return row if row and row.in_force else None


async def _change(loaders: Loaders, id_: int, code: str | None) -> LicenseChangeView | None:
    reviewed = await loaders.change_set.load(id_)
    return next((change for change in reviewed.changes if change.code == code), None) if reviewed else None


async def _surplus(loaders: Loaders, id_: int, license_id: str | None) -> Surplus | None:
    reviewed = await loaders.change_set.load(id_)
    required = reviewed.surplus_requirements if reviewed else ()
    return next((surplus for surplus in required if str(surplus.license_id) == license_id), None)


def _by_id(loader: str) -> Lookup:
    return lambda loaders, id_, _: getattr(loaders, loader).load(id_)


_LOOKUPS: dict[str, tuple[type[Node], ApiScope, Lookup]] = {
    "Installation": (Installation, ApiScope.LICENSES_READ, _installation),
    "Vendor": (Vendor, ApiScope.LICENSES_READ, _by_id("vendor")),
    "License": (License, ApiScope.LICENSES_READ, _license),
    "User": (User, ApiScope.USERS_READ, _by_id("user")),
    "LicenseAssignment": (LicenseAssignment, ApiScope.USERS_READ, _by_id("assignment")),
    "LicenseChangeSet": (LicenseChangeSet, ApiScope.LICENSES_READ, _by_id("change_set")),
    "LicenseChange": (LicenseChange, ApiScope.LICENSES_READ, _change),
    "SurplusRequirement": (SurplusRequirement, ApiScope.LICENSES_READ, _surplus),
    "ApiToken": (ApiToken, ApiScope.TOKENS_WRITE, _by_id("api_token")),
    "Webhook": (Webhook, ApiScope.WEBHOOKS_WRITE, _by_id("webhook")),
    "AuditEvent": (AuditEvent, ApiScope.AUDIT_READ, _by_id("event")),
}


async def node_by_id(context: Context, id_: str) -> Node | None:
    """The object with a global ID; None if there is none, or the caller may not see it.

    Raises:
        BadUserInput: It is no global ID.
    """
    type_name, number, part = decode(id_)
    if type_name not in _LOOKUPS:
        return None
    type_, scope, look_up = _LOOKUPS[type_name]
    if scope not in context.caller.scopes:
        return None
    row = await look_up(context.loaders, number, part)
    return None if row is None else from_row(type_, row, context)
