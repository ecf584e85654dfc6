"""The type of the installation."""

from datetime import datetime

import strawberry

from licensing.enums import LicenseStatus
from resolvers.vendors.vendors import InstallationRow
from schema.core.descriptions import object_type
from schema.core.row_mapping import RowMapping
from schema.core.row_sources import Computed
from schema.relay.node import Node, global_id


@object_type
class Installation(Node):
    """The customer's system. Every object in this API belongs to one installation."""

    id: strawberry.ID
    """Global ID of the object."""
    license_owner: str
    """Company that the licenses are issued to."""
    serial_number: str
    """Ten-digit number that identifies the installation to vendors."""
    is_demo: bool
    """Whether the installation is a demo, which `convertDemo` converts into a purchase."""
    status: LicenseStatus
    """The most severe license status among the vendors."""
    next_expiry_at: datetime | None
    """The earliest expiry among the vendors; null if no licenses expire."""

    __mapping__ = RowMapping(InstallationRow, id=Computed(global_id("Installation"), "id"))
