"""The installation."""

from datetime import datetime

import strawberry

from licensing.enums import LicenseStatus
from resolvers.vendors.vendors import InstallationRow
from schema.core.descriptions import object_type
from schema.core.row_mapping import Computed, RowMapping
from schema.relay.node import Node, global_id


@object_type
class Installation(Node):
    """One customer's system. Everything in this API belongs to it."""

    id: strawberry.ID
    """Global ID."""
    license_owner: str
    """The company the licenses are issued to."""
    serial_number: str
    """Ten digits that name this installation to vendors."""
    is_demo: bool
    """Whether this is a demo, which `convertDemo` can turn into a purchase."""
    status: LicenseStatus
    """The vendors' licenses taken together: the worst of their statuses."""
    next_expiry_at: datetime | None
    """The first expiry among the vendors; null if none is limited in time."""

    __mapping__ = RowMapping(InstallationRow, id=Computed(global_id("Installation"), "id"))
