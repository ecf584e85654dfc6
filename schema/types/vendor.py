"""Types of vendors and their license server checks."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from licensing.enums import ActivationPolicy, ApiScope, LicenseStatus, LicenseUpdateStatus, VendorCheckOutcome
from licensing.messages import Language, Message
from resolvers.dataloaders import Loaders
from resolvers.vendors.vendors import VendorRow
from schema.core.descriptions import argument, object_type
from schema.core.permissions import Info, ReadRule, protected_field
from schema.core.row_mapping import RowMapping, Rows, from_row
from schema.core.row_sources import Column, Computed, Localized, ToOne
from schema.core.selection import selected
from schema.execution.cost import PAGE
from schema.relay.connection import After, Before, First, Last, PageRequest, connect
from schema.relay.node import Node, global_id
from schema.types.license import License, LicenseConnection, LicenseEdge, LicenseFilter, license_criteria
from schema.types.scalars import URL

if TYPE_CHECKING:
    from schema.types.change_set import LicenseChangeSet


@object_type
class VendorCheck:
    """A check of a vendor's license server for new license information."""

    checked_at: datetime
    """Time of the check."""
    outcome: VendorCheckOutcome
    """Outcome of the check."""
    message: str | None
    """Error message, in the language of the `Accept-Language` header; null if the check succeeded."""


def _last_check(
    language: Language, checked_at: datetime | None, outcome: str, message: str | None, message_json: Any
) -> VendorCheck | None:
    if checked_at is None:
        return None
    text = Message.from_json(message_json or message).in_language(language) if message else None
    return VendorCheck(checked_at=checked_at, outcome=VendorCheckOutcome(outcome), message=text)


@object_type
class Vendor(Node):
    """An issuer of licenses: the maker of the product or of an add-on."""

    id: strawberry.ID
    """Global ID of the object."""
    key: str
    """Short stable name, such as `superoffice`: the first part of the keys of the vendor's licenses."""
    name: str
    """Display name."""
    is_main: bool
    """Whether the vendor is the main vendor, the maker of the product."""
    status: LicenseStatus
    """Status of the licenses with regard to their expiry."""
    update_status: LicenseUpdateStatus
    """Status of new license information."""
    warns_at: datetime | None
    """Time from which administrators are warned of the expiry; null if they are not warned."""
    expires_at: datetime | None
    """Expiry of the licenses; null if they do not expire."""
    grace_ends_at: datetime | None
    """End of the grace period, when expired licenses stop working; null if they do not stop working."""
    maintenance_ends_at: datetime | None
    """Time until which new versions of the product may be installed; null if there is no end."""
    store_url: URL | None
    """URL of the vendor's store; null if there is none."""
    support_url: URL | None
    """URL of the vendor's support; null if there is none."""
    activation_policy: ActivationPolicy
    """Policy that decides which change sets are activated on arrival."""
    last_check: VendorCheck | None
    """The latest check of the license server; null before the first check."""
    next_check_at: datetime | None
    """Time of the next check; null if the vendor has no license server, or while a demo conversion is pending."""
    row: strawberry.Private[VendorRow]

    @protected_field(requires=ApiScope.LICENSES_READ)
    async def pending_change(
        self, info: Info
    ) -> Annotated["LicenseChangeSet", strawberry.lazy("schema.types.change_set")] | None:
        """Change set that needs an administrator's attention; null if there is none."""
        from schema.types.change_set import change_set_object

        pending = await Loaders.of(info.context).pending_change.load(self.row.id)
        return change_set_object(pending, info.context) if pending else None

    @protected_field(requires=ApiScope.LICENSES_READ, costs=[PAGE])
    async def licenses(
        self,
        info: Info,
        filter: Annotated[LicenseFilter | None, argument("Conditions that the licenses must meet.")] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> LicenseConnection:
        """Licenses of this vendor that are in force, ordered by name."""
        context, selection, criteria = info.context, selected(info), license_criteria(filter)
        page = await Loaders.of(context).licenses_page.load(
            (self.row.id, criteria, PageRequest(first, after, last, before))
        )
        total_count = 0
        if "totalCount" in selection:
            total_count = await Loaders.of(context).licenses_count.load((self.row.id, criteria))
        return connect(LicenseConnection, LicenseEdge, page, Rows(License, page.rows, context), selection, total_count)

    __mapping__ = RowMapping(
        VendorRow,
        ReadRule(ApiScope.LICENSES_READ, frozenset({"id", "key", "name", "is_main"})),
        id=Computed(global_id("Vendor"), "id"),
        update_status=ToOne("update_statuses", "id", None, "update_status"),
        warns_at=Column("warn_at"),
        last_check=Localized(_last_check, "checked_at", "check_outcome", "check_message", "check_words"),
    )


async def vendor_by_id(info: Info, vendor_id: int) -> Vendor | None:
    """Return a vendor; None if it does not exist or the caller may not see it."""
    row = await Loaders.of(info.context).vendor.load(vendor_id)
    return from_row(Vendor, row, info.context) if row else None
