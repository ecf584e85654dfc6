"""Installations: created once, found by serial number."""

import msgspec

from licensing.documents.claims import Name, SerialNumber
from licensing.errors import Invalid
from licensing.messages import Message
from models.installation import Installation


async def create_installation(license_owner: str, serial_number: str, *, is_demo: bool = False) -> Installation:
    """Create an installation, without vendors and users.

    Raises:
        Invalid: The owner or the serial number is invalid, or the number is in use.
    """
    license_owner = license_owner.strip()
    check_license_owner(license_owner)
    check_serial_number(serial_number)
    if await Installation.exists(serial_number=serial_number):
        raise Invalid(
            reason=Message(
                "There is an installation with serial number {serial_number} already. Use that one.",
                serial_number=serial_number,
            )
        )
    return await Installation.create(serial_number=serial_number, license_owner=license_owner, is_demo=is_demo)


async def find_installation(serial_number: str | None) -> Installation:
    """Return the installation with a serial number or, without one, the only installation.

    Raises:
        Invalid: No installation exists, or several do and no serial number is given.
    """
    if serial_number is not None:
        if installation := await _find_by_serial_number(serial_number):
            return installation
        raise Invalid(
            reason=Message(
                "No installation has serial number {serial_number}. Check the number.", serial_number=serial_number
            )
        )
    candidates = await Installation.all().limit(2)
    if not candidates:
        raise Invalid(reason=Message("There is no installation yet. Make one with `seatkeeper installation create`."))
    if len(candidates) > 1:
        raise Invalid(reason=Message("There are several installations. Say which by `--installation SERIAL`."))
    return candidates[0]


async def installation_for_login(serial_number: str | None) -> Installation | None:
    """Return the installation to sign in to: by serial number or, without one, the only one; None if there is none."""
    if serial_number is not None:
        return await _find_by_serial_number(serial_number)
    candidates = await Installation.all().limit(2)
    return candidates[0] if len(candidates) == 1 else None


async def _find_by_serial_number(serial_number: str) -> Installation | None:
    try:
        check_serial_number(serial_number)
    except Invalid:  # the column cannot hold it
        return None
    return await Installation.get_or_none(serial_number=serial_number)


def check_serial_number(serial_number: str) -> None:
    """Check that a serial number has ten digits; the vendor's check digit is not verified.

    Raises:
        Invalid: It has not.
    """
    try:
        msgspec.convert(serial_number, SerialNumber)
    except msgspec.ValidationError:
        raise Invalid(reason=Message("A serial number is ten digits. Copy it from what the vendor sent.")) from None


def check_license_owner(license_owner: str) -> None:
    """Check the name of a license owner.

    Raises:
        Invalid: It is blank, too long or has control characters.
    """
    try:
        msgspec.convert(license_owner, Name)
    except msgspec.ValidationError:
        reason = Message("A license owner has a name of 1 to 200 characters in one line. Spell it as the vendor does.")
        raise Invalid(reason=reason) from None
