"""`seatkeeper import`, `check`, `licenses` and `pending`: everyday license administration."""

from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict

from licensing.enums import ImportMode, LicenseScope
from licensing.errors import NotFound
from licensing.surplus import seats_available
from resolvers.change_sets.change_sets import pending_changes
from resolvers.change_sets.license_files import import_license_file, verify_license_file
from resolvers.change_sets.read_model import ChangeSetView
from resolvers.context import Context
from resolvers.licenses.catalog import LicenseCriteria, LicenseRow, licenses_page
from resolvers.pagination import MAX_PAGE_SIZE, PageRequest
from resolvers.vendors.checks import check_for_license_changes
from resolvers.vendors.vendors import load_vendors
from server.commands.arguments import (
    Subparsers,
    add_command,
    add_installation_option,
    add_json_option,
    enum_type,
    format_option,
    read_file,
)
from server.commands.connection import CommandError, installation_context
from server.commands.terminal import print_json, print_line, print_table
from server.http_clients.vendor_client import VendorClient


def register(commands: Subparsers) -> None:
    """Register the commands."""
    importing = add_command(commands, "import", import_file, "import a license file that a vendor sent")
    importing.add_argument("content", metavar="FILE", type=read_file, help="the file")
    importing.add_argument(
        "--mode",
        type=enum_type(ImportMode),
        default=ImportMode.FOLLOW_POLICY,
        metavar="MODE",
        help=f"one of {', '.join(map(format_option, ImportMode))} (default: the first)",
    )
    importing.add_argument("--license-key", metavar="KEY", help="license key that decrypts the file, if needed")
    listing = add_command(commands, "licenses", list_licenses, "list the licenses in force and their seats")
    pending = add_command(commands, "pending", list_pending, "list the changes that need attention")
    checking = add_command(commands, "check", check, "check for new licenses now")
    checking.add_argument(
        "vendor", nargs="?", metavar="VENDOR", help="the vendor's key (default: all vendors with a license server)"
    )
    add_installation_option(importing, listing, pending, checking)
    add_json_option(importing, listing, pending)


async def import_file(arguments: Namespace) -> None:
    """Import a license file and print the changes."""
    async with installation_context(arguments) as context:
        document = await verify_license_file(context, arguments.content, arguments.mode, arguments.license_key)
        change_set = await import_license_file(context, document, arguments.content, arguments.mode)
    if arguments.json:
        print_json(change_set and asdict(change_set))
    elif change_set is None:
        print_line("The licenses in the file are in force already.")
    else:
        _print_change_set(change_set)


async def check(arguments: Namespace) -> None:
    """Check the vendors' license servers and print the changes; stop at the first check that fails."""
    async with installation_context(arguments) as context, open_vendor_client() as context.license_servers:
        vendors = [one for one in await load_vendors(context) if arguments.vendor in (None, one.key)]
        if arguments.vendor is None:
            vendors = [one for one in vendors if one.next_check_at]
        if not vendors:
            raise (
                NotFound
                if arguments.vendor
                else CommandError(
                    "NO_LICENSE_SERVER", "No vendor has a license server. Import the license file that the vendor sent."
                )
            )
        for vendor in vendors:
            change_set = await check_for_license_changes(context, vendor.id)
            if change_set is None:
                print_line(f"{vendor.name}: the licenses in force are up to date.")
            else:
                _print_change_set(change_set)


@asynccontextmanager
async def open_vendor_client() -> AsyncIterator[VendorClient]:
    """Yield a client for license servers and close it afterwards."""
    client = VendorClient()
    try:
        yield client
    finally:
        await client.aclose()


async def list_licenses(arguments: Namespace) -> None:
    """Print the licenses in force, grouped by vendor."""
    async with installation_context(arguments) as context:
        licenses = await _load_all_licenses(context)
    columns = ("key", "name", "scope", "in_use", "total", "available")
    rows = [(license.key, license.name, license.scope, *_count_seats(license)) for license in licenses]
    if arguments.json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
        return
    shown = [
        (key, name, scope, in_use, "unlimited" if total is None and scope == LicenseScope.USER else total, available)
        for key, name, scope, in_use, total, available in rows
    ]
    print_table(("Key", "Name", "Scope", "In use", "Total", "Available"), shown)


async def list_pending(arguments: Namespace) -> None:
    """Print the change sets that need an administrator's attention."""
    async with installation_context(arguments) as context:
        pending = await pending_changes(context)
    if arguments.json:
        print_json([asdict(change_set) for change_set in pending])
        return
    for change_set in pending:
        _print_change_set(change_set)
    if not pending:
        print_line("Nothing is pending.")


async def _load_all_licenses(context: Context) -> list[LicenseRow]:
    licenses: list[LicenseRow] = []
    after = None
    while True:
        page = await licenses_page(context, LicenseCriteria(), PageRequest(first=MAX_PAGE_SIZE, after=after))
        licenses += page.rows
        if not page.has_next_page:
            return licenses
        after = page.end_cursor


def _count_seats(license: LicenseRow) -> tuple[int | None, int | None, int | None]:
    if license.scope != LicenseScope.USER:
        return None, None, None
    return license.in_use, license.total, seats_available(license.total, license.in_use)


def _print_change_set(change_set: ChangeSetView) -> None:
    title = f"Change set {change_set.id}" if change_set.id else "Preview of a change set"
    print_line(f"{title}, {format_option(change_set.status).replace('-', ' ')}:")
    print_table(
        ("Key", "Name", "Change", "Before", "After", "In use", "To remove"),
        [
            (
                change.key,
                change.name,
                change.kind,
                change.old_total,
                change.new_total,
                change.in_use if change.scope is LicenseScope.USER else None,
                change.surplus or None,
            )
            for change in change_set.changes
        ],
    )
