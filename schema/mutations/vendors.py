"""Mutations of vendors: check the license server, set the activation policy."""

from typing import Annotated

import strawberry

from licensing.enums import ActivationPolicy, ApiScope
from resolvers.vendors import checks, vendors
from schema.core.descriptions import argument, input_type, object_type
from schema.core.permissions import Info, mutation, payload_field
from schema.core.user_errors import collect_user_errors
from schema.execution.cost import weight
from schema.mutations.payload import Payload
from schema.relay.node import decode_id
from schema.types.change_set import LicenseChangeSet, change_set_object
from schema.types.vendor import Vendor, vendor_by_id


@input_type
class CheckForLicenseChangesInput:
    """Input of `checkForLicenseChanges`."""

    vendor_id: strawberry.ID
    """ID of the vendor whose license server to check."""


@input_type
class UpdateVendorInput:
    """Input of `updateVendor`."""

    vendor_id: strawberry.ID
    """ID of the vendor to update."""
    activation_policy: ActivationPolicy
    """The new activation policy."""


@object_type
class CheckForLicenseChangesPayload(Payload):
    """Payload of `checkForLicenseChanges`."""

    change_set: LicenseChangeSet | None = payload_field(requires=ApiScope.LICENSES_READ)
    """The changes that the check found; null if there are none."""
    vendor: Vendor | None = payload_field(requires=ApiScope.LICENSES_READ)
    """The vendor with its new `lastCheck`; null if not found."""


@object_type
class UpdateVendorPayload(Payload):
    """Payload of `updateVendor`."""

    vendor: Vendor | None = payload_field(requires=ApiScope.LICENSES_READ)
    """The vendor after the mutation; null if not found."""


@object_type
class VendorMutations:
    """Mutations that check and update vendors."""

    @mutation(requires=ApiScope.LICENSES_WRITE, costs=[weight(100)])
    async def check_for_license_changes(
        self, info: Info, input: Annotated[CheckForLicenseChangesInput, argument("The vendor to check.")]
    ) -> CheckForLicenseChangesPayload | None:
        """Checks a vendor's license server for changes now. If the check fails, the licenses in force are unaffected.
        Errors: NOT_FOUND, NO_LICENSE_SERVER, VENDOR_UNAVAILABLE, VENDOR_REFUSED, and those of `importLicenseFile`.
        """
        payload = CheckForLicenseChangesPayload()
        vendor_id = decode_id(input.vendor_id, "Vendor")
        with collect_user_errors(payload):
            found = await checks.check_for_license_changes(info.context, vendor_id)
            payload.change_set = change_set_object(found, info.context) if found else None
        payload.vendor = await vendor_by_id(info, vendor_id)
        return payload

    @mutation(requires=ApiScope.LICENSES_WRITE)
    async def update_vendor(
        self, info: Info, input: Annotated[UpdateVendorInput, argument("The vendor and its new policy.")]
    ) -> UpdateVendorPayload | None:
        """Sets a vendor's activation policy: which change sets are activated on arrival. It applies from the next
        change set on. Errors: NOT_FOUND.
        """
        payload = UpdateVendorPayload()
        vendor_id = decode_id(input.vendor_id, "Vendor")
        with collect_user_errors(payload):
            await vendors.update_vendor(info.context, vendor_id, input.activation_policy)
            payload.vendor = await vendor_by_id(info, vendor_id)
        return payload
