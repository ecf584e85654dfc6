"""Vendors: where their licenses and their new license information stand."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from licensing.enums import ActivationPolicy, ApiScope, LicenseStatus, LicenseUpdateStatus, VendorCheckOutcome
from licensing.messages import Language, Message
from resolvers.vendors.vendors import VendorRow
from schema.core.descriptions import argument, object_type
from schema.core.permissions import Info, protected_field
from schema.core.row_mapping import Column, Computed, Localized, RowMapping, Rows, ToOne, from_row
from schema.core.selection import selected
from schema.execution.cost import PAGE
from schema.relay.connection import After, Before, First, Last, PageRequest, connect
from schema.relay.node import Node, global_id
from schema.types.license import License, LicenseConnection, LicenseEdge, LicenseFilter, license_filter
from schema.types.scalars import URL

if TYPE_CHECKING:
    from schema.types.change_set import LicenseChangeSet


@object_type
class VendorCheck:
    """One contact with a vendor's license server."""

    checked_at: datetime
    """When it was made."""
    outcome: VendorCheckOutcome
    """How it went."""
    message: str | None
    """What went wrong, in the language of `Accept-Language`; null if nothing did."""


def _check(
    language: Language, checked_at: datetime | None, outcome: str, message: str | None, words: Any
) -> VendorCheck | None:
    if checked_at is None:
        return None
    told = Message.from_json(words or message).in_language(language) if message else None
    return VendorCheck(checked_at=checked_at, outcome=VendorCheckOutcome(outcome), message=told)


@object_type
class Vendor(Node):
    """An issuer of licenses, a tab on the Licenses screen: the product's maker or an add-on's."""

    id: strawberry.ID
    """Global ID."""
    key: str
    """Short stable name, such as `superoffice`; the first part of its licenses' keys."""
    name: str
    """Name to show, the tab's title."""
    is_main: bool
    """Whether it is the product's own maker, whose tab comes first."""
    status: LicenseStatus
    """Where the licenses stand against their dates."""
    update_status: LicenseUpdateStatus
    """Where new license information stands: the state of the tab's link."""
    warns_at: datetime | None
    """When administrators begin to be warned of the expiry; null for never."""
    expires_at: datetime | None
    """When the licenses expire; null if they are not limited in time."""
    grace_ends_at: datetime | None
    """When they stop working after expiry; null if they do not."""
    maintenance_ends_at: datetime | None
    """Until when new versions of the product may be installed; null for always."""
    store_url: URL | None
    """Where to buy licenses; null if the vendor has no store."""
    support_url: URL | None
    """Where to reach the vendor when numbers or modules are wrong; null if not given."""
    activation_policy: ActivationPolicy
    """Which new license information is activated on arrival."""
    last_check: VendorCheck | None
    """The latest contact with the license server; null before the first."""
    next_check_at: datetime | None
    """When the license server is asked next; null if the vendor has none, or while a demo's purchase waits."""
    row: strawberry.Private[VendorRow]

    @protected_field(requires=ApiScope.LICENSES_READ)
    async def pending_change(
        self, info: Info
    ) -> Annotated["LicenseChangeSet", strawberry.lazy("schema.types.change_set")] | None:
        """The change set that wants attention; null when there is none."""
        from schema.types.change_set import change_set_object

        pending = await info.context.loaders.pending_change.load(self.row.id)
        return change_set_object(pending, info.context) if pending else None

    @protected_field(requires=ApiScope.LICENSES_READ, costs=[PAGE])
    async def licenses(
        self,
        info: Info,
        filter: Annotated[LicenseFilter | None, argument("Narrows the list.")] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> LicenseConnection:
        """Active licenses, by name."""
        context, selection, wanted = info.context, selected(info), license_filter(filter)
        page = await context.loaders.licenses_page.load((self.row.id, wanted, PageRequest(first, after, last, before)))
        total_count = 0
        if "totalCount" in selection:
            total_count = await context.loaders.licenses_count.load((self.row.id, wanted))
        return connect(LicenseConnection, LicenseEdge, page, Rows(License, page.rows, context), selection, total_count)

    __mapping__ = RowMapping(
        VendorRow,
        id=Computed(global_id("Vendor"), "id"),
        update_status=ToOne("update_statuses", "id", None, "update_status"),
        warns_at=Column("warn_at"),
        last_check=Localized(_check, "checked_at", "check_outcome", "check_message", "check_words"),
    )


async def vendor_by_id(info: Info, vendor_id: int) -> Vendor | None:
    """A vendor that the caller may see."""
    row = await info.context.loaders.vendor.load(vendor_id)
    return from_row(Vendor, row, info.context) if row else None
