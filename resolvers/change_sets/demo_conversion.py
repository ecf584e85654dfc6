"""Conversion of a demo to a purchase."""

import re

from licensing.documents.document import VerifiedDocument, verify
from licensing.enums import AuditAction, ChangeSetSource
from licensing.errors import Invalid, LicensingError, NoLicenseServer, NotDemo
from licensing.messages import Message
from models.installation import Installation
from models.vendor import Vendor
from resolvers.change_sets.change_sets import replay_change_set
from resolvers.change_sets.ingestion import IncomingDocument, ingest
from resolvers.change_sets.license_files import verifying_keys
from resolvers.change_sets.read_model import ChangeSetView
from resolvers.context import Context
from resolvers.errors import Forbidden
from resolvers.idempotency import idempotent
from resolvers.unit_of_work import record_refusal, unit_of_work


@idempotent(replay=replay_change_set)
async def convert_demo(
    context: Context, serial_number: str, license_owner: str, content: bytes | None = None
) -> ChangeSetView:
    """Convert a demo to the purchased installation, with a license file or from the main vendor's license server.

    Returns:
        The purchase: activated unless its dates or surplus seats prevent it, else pending while the demo continues.

    Raises:
        Forbidden: The caller's token is bound to one vendor.
        NotDemo: The installation is not a demo.
        Invalid: The serial number or the owner does not match the license document, or is malformed.
        NoLicenseServer: No file was given, and the main vendor has no license server.
        VendorUnavailable: The license server did not answer.
        VendorRefused: The license server rejected the request.
        LicensingError: The document cannot be used, as for a license file.
    """
    if context.caller.vendor_id is not None:
        raise Forbidden(Message("A token that is bound to one vendor cannot convert a demo."))
    installation = await Installation.get(id=context.installation_id)
    if not installation.is_demo:
        raise NotDemo
    await _check_input(installation, serial_number, license_owner)
    vendor = await Vendor.get(installation_id=installation.id, is_main=True)
    try:
        if content is None:
            content = await _fetch(context, vendor, installation.serial_number, serial_number, license_owner)
        document = await _verify(context, vendor, content, serial_number, license_owner)
        async with unit_of_work(context) as unit:
            if not unit.installation.is_demo:
                raise NotDemo
            incoming = IncomingDocument(document, content, ChangeSetSource.DEMO_CONVERSION)
            purchase = await ingest(unit, vendor, incoming)
            assert purchase is not None
            unit.result = purchase.id
            return purchase
    except LicensingError as error:
        await record_refusal(
            context,
            AuditAction.LICENSE_FILE_REFUSED,
            error,
            vendor_id=vendor.id,
            code=error.code.value,
            message=error.message,
        )
        raise


async def _check_input(installation: Installation, serial_number: str, license_owner: str) -> None:
    if not re.fullmatch(r"[0-9]{10}", serial_number):
        raise Invalid(
            ["input", "serialNumber"],
            reason=Message("A serial number has ten digits. Enter the one that the vendor handed out."),
        )
    if not license_owner.strip():
        raise Invalid(
            ["input", "licenseOwner"],
            reason=Message("The license owner is blank. Enter the company, spelled as the vendor has it."),
        )
    if await Installation.filter(serial_number=serial_number).exists():
        of_this_demo = Message("This is the serial number of this demo. Enter the new one that the vendor handed out.")
        of_another = Message(
            "Another installation here has this serial number. Enter the one that the vendor handed out."
        )
        reason = of_this_demo if installation.serial_number == serial_number else of_another
        raise Invalid(["input", "serialNumber"], reason=reason)


async def _fetch(context: Context, vendor: Vendor, demo_serial: str, serial: str, owner: str) -> bytes:
    if vendor.license_server is None:
        raise NoLicenseServer(vendor=vendor.name)
    assert context.license_servers, "context.license_servers is not set"
    return await context.license_servers.convert(
        vendor.license_server, vendor=vendor.name, demo_serial=demo_serial, serial=serial, owner=owner
    )


async def _verify(
    context: Context, vendor: Vendor, content: bytes, serial_number: str, license_owner: str
) -> VerifiedDocument:
    keys = [key for key in await verifying_keys(context) if key.vendor == vendor.key]
    document = verify(content, keys=keys, serial_number=serial_number, now=context.now())
    if document.claims.owner != license_owner.strip():
        raise Invalid(
            ["input", "licenseOwner"],
            reason=Message(
                "The vendor issued these licenses to another owner. Enter the owner spelled as the vendor has it."
            ),
        )
    return document
