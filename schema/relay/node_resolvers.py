"""Resolvers of `node` and `nodes`: objects by global ID, under the access rules of the fields that list them."""

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


async def _load_installation(loaders: Loaders, id_: int, _: str | None) -> Any:
    return await loaders.installation() if id_ == loaders.context.installation_id else None


async def _load_license(loaders: Loaders, id_: int, _: str | None) -> Any:
    row = await loaders.license.load(id_)
    return row if row and row.in_force else None


async def _load_change(loaders: Loaders, id_: int, code: str | None) -> LicenseChangeView | None:
    change_set = await loaders.change_set.load(id_)
    return next((change for change in change_set.changes if change.code == code), None) if change_set else None


async def _load_surplus(loaders: Loaders, id_: int, license_id: str | None) -> Surplus | None:
    change_set = await loaders.change_set.load(id_)
    required = change_set.surplus_requirements if change_set else ()
    return next((surplus for surplus in required if str(surplus.license_id) == license_id), None)


def _load_with(loader: str) -> Lookup:
    """Return a function that loads a row by ID with a data loader."""
    return lambda loaders, id_, _: getattr(loaders, loader).load(id_)


_LOOKUPS: dict[str, tuple[type[Node], ApiScope, Lookup]] = {
    "Installation": (Installation, ApiScope.LICENSES_READ, _load_installation),
    "Vendor": (Vendor, ApiScope.LICENSES_READ, _load_with("vendor")),
    "License": (License, ApiScope.LICENSES_READ, _load_license),
    "User": (User, ApiScope.USERS_READ, _load_with("user")),
    "LicenseAssignment": (LicenseAssignment, ApiScope.USERS_READ, _load_with("assignment")),
    "LicenseChangeSet": (LicenseChangeSet, ApiScope.LICENSES_READ, _load_with("change_set")),
    "LicenseChange": (LicenseChange, ApiScope.LICENSES_READ, _load_change),
    "SurplusRequirement": (SurplusRequirement, ApiScope.LICENSES_READ, _load_surplus),
    "ApiToken": (ApiToken, ApiScope.TOKENS_WRITE, _load_with("api_token")),
    "Webhook": (Webhook, ApiScope.WEBHOOKS_WRITE, _load_with("webhook")),
    "AuditEvent": (AuditEvent, ApiScope.AUDIT_READ, _load_with("event")),
}


async def node_by_id(context: Context, id_: str) -> Node | None:
    """Return the object with a global ID; None if it does not exist or the caller may not see it.

    Raises:
        BadUserInput: The text is not a global ID.
    """
    type_name, number, part = decode(id_)
    if type_name not in _LOOKUPS:
        return None
    type_, scope, lookup = _LOOKUPS[type_name]
    if scope not in context.caller.scopes:
        return None
    row = await lookup(Loaders.of(context), number, part)
    return None if row is None else from_row(type_, row, context)
