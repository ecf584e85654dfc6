"""`seatkeeper import`, `check`, `licenses` and `pending`: the everyday jobs without a browser."""

from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict

from licensing.diff import seats_available
from licensing.enums import ImportMode, LicenseScope
from licensing.errors import NotFound
from resolvers.change_sets.change_sets import pending_changes
from resolvers.change_sets.license_files import import_license_file, verify_license_file
from resolvers.change_sets.read_model import ChangeSetView
from resolvers.context import Context
from resolvers.licenses.catalog import LicenseFilter, LicenseRow, licenses_page
from resolvers.pagination import MAX_SIZE, PageRequest
from resolvers.vendors.checks import check_for_license_changes
from resolvers.vendors.vendors import load_vendors
from server.commands.arguments import (
    Subparsers,
    add_command,
    file_content,
    spelled,
    takes_installation,
    takes_json,
    word_of,
)
from server.commands.connection import CommandError, in_installation
from server.commands.terminal import print_json, print_table, say
from server.http_clients.vendor_client import VendorClient


def add_to(commands: Subparsers) -> None:
    """Adds the commands."""
    importing = add_command(commands, "import", import_file, "import a license file that a vendor sent")
    importing.add_argument("content", metavar="FILE", type=file_content, help="the file")
    importing.add_argument(
        "--mode",
        type=word_of(ImportMode),
        default=ImportMode.FOLLOW_POLICY,
        metavar="MODE",
        help=f"one of {', '.join(map(spelled, ImportMode))}; the first if not given",
    )
    importing.add_argument("--license-key", metavar="KEY", help="what opens the file, if the vendor encrypted it")
    listing = add_command(commands, "licenses", list_licenses, "list the licenses in force and their seats")
    pending = add_command(commands, "pending", list_pending, "list the changes that want attention")
    checking = add_command(commands, "check", check, "ask vendors for new licenses now")
    checking.add_argument(
        "vendor", nargs="?", metavar="VENDOR", help="its key; all that have a license server if not given"
    )
    takes_installation(importing, listing, pending, checking)
    takes_json(importing, listing, pending)


async def import_file(arguments: Namespace) -> None:
    """Imports a license file, and shows what it changes."""
    async with in_installation(arguments) as context:
        document = await verify_license_file(context, arguments.content, arguments.mode, arguments.license_key)
        change_set = await import_license_file(context, document, arguments.content, arguments.mode)
    if arguments.json:
        print_json(change_set and asdict(change_set))
    elif change_set is None:
        say("The file changes nothing: these licenses are in force.")
    else:
        _show(change_set)


async def check(arguments: Namespace) -> None:
    """Asks vendors' license servers, and shows what has changed; the first that fails ends the command."""
    async with in_installation(arguments) as context, closing_client() as context.license_servers:
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
                say(f"{vendor.name}: the licenses in force are the latest.")
            else:
                _show(change_set)


@asynccontextmanager
async def closing_client() -> AsyncIterator[VendorClient]:
    """A way to license servers for as long as the block lasts."""
    client = VendorClient()
    try:
        yield client
    finally:
        await client.aclose()


async def list_licenses(arguments: Namespace) -> None:
    """Lists the licenses in force, by vendor."""
    async with in_installation(arguments) as context:
        licenses = await _all_licenses(context)
    columns = ("key", "name", "scope", "in_use", "total", "available")
    rows = [(license.key, license.name, license.scope, *_seats(license)) for license in licenses]
    if arguments.json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
        return
    shown = [
        (key, name, scope, in_use, "unlimited" if total is None and scope == LicenseScope.USER else total, available)
        for key, name, scope, in_use, total, available in rows
    ]
    print_table(("Key", "Name", "Scope", "In use", "Total", "Available"), shown)


async def list_pending(arguments: Namespace) -> None:
    """Lists the change sets that want an administrator's attention."""
    async with in_installation(arguments) as context:
        pending = await pending_changes(context)
    if arguments.json:
        print_json([asdict(change_set) for change_set in pending])
        return
    for change_set in pending:
        _show(change_set)
    if not pending:
        say("Nothing is pending.")


async def _all_licenses(context: Context) -> list[LicenseRow]:
    licenses: list[LicenseRow] = []
    after = None
    while True:
        page = await licenses_page(context, LicenseFilter(), PageRequest(first=MAX_SIZE, after=after))
        licenses += page.rows
        if not page.has_next_page:
            return licenses
        after = page.end_cursor


def _seats(license: LicenseRow) -> tuple[int | None, int | None, int | None]:
    if license.scope != LicenseScope.USER:
        return None, None, None
    return license.in_use, license.total, seats_available(license.total, license.in_use)


def _show(change_set: ChangeSetView) -> None:
    number = f"Change set {change_set.id}" if change_set.id else "It would be a change set"
    say(f"{number}, {spelled(change_set.status).replace('-', ' ')}:")
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
