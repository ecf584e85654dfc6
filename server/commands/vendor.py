"""`seatkeeper vendor`: vendors and their public signing keys."""

from argparse import Namespace

from licensing.documents.keys import parse_public_jwk
from licensing.enums import ActivationPolicy
from resolvers.context import Context
from resolvers.vendors.removal import remove_vendor
from resolvers.vendors.trusted_keys import distrust_key, trust_key
from resolvers.vendors.vendors import VendorRow, load_vendors, update_vendor
from server.commands.arguments import (
    Subparsers,
    add_command,
    add_command_group,
    add_installation_option,
    add_json_option,
    enum_type,
    format_option,
    read_public_key,
)
from server.commands.connection import CommandError, installation_context
from server.commands.terminal import print_json, print_line, print_table


def register(commands: Subparsers) -> None:
    """Register the command group."""
    verbs = add_command_group(commands, "vendor", "manage vendors and their public signing keys")
    trusting = add_command(
        verbs, "trust", trust, "trust a vendor's public key; the first vendor becomes the main vendor"
    )
    trusting.add_argument(
        "public_key",
        metavar="KEY.jwk",
        type=read_public_key,
        help="file with the public key, or 64 hex digits",
    )
    trusting.add_argument("--vendor", required=True, metavar="KEY", help="the vendor's key, such as superoffice")
    trusting.add_argument("--name", required=True, metavar="NAME", help="the vendor's name")
    trusting.add_argument("--license-server", metavar="URL", help="address of the vendor's license server")
    distrusting = add_command(verbs, "distrust", distrust, "stop trusting a key")
    distrusting.add_argument("kid", metavar="KID", help="the key's thumbprint")
    policy = add_command(verbs, "policy", set_policy, "set which new licenses are activated automatically")
    policy.add_argument("key", metavar="KEY", help="the vendor's key")
    policy.add_argument(
        "policy",
        metavar="POLICY",
        type=enum_type(ActivationPolicy),
        help=f"one of {', '.join(map(format_option, ActivationPolicy))}",
    )
    removing = add_command(verbs, "remove", remove, "remove a vendor and its licenses, except the main vendor")
    removing.add_argument("key", metavar="KEY", help="the vendor's key")
    listing = add_command(verbs, "list", list_vendors, "list the vendors")
    add_installation_option(trusting, distrusting, policy, removing, listing)
    add_json_option(listing)


async def trust(arguments: Namespace) -> None:
    """Trust a key, and create its vendor if the vendor is unknown."""
    key = parse_public_jwk(arguments.public_key)
    async with installation_context(arguments) as context:
        vendor = await trust_key(
            context,
            key,
            vendor_key=arguments.vendor,
            name=arguments.name,
            license_server=arguments.license_server,
        )
    print_line(f"Trusted the key {key.kid} to sign for {vendor.name}{', the main vendor' if vendor.is_main else ''}.")


async def distrust(arguments: Namespace) -> None:
    """Stop trusting a key."""
    async with installation_context(arguments) as context:
        await distrust_key(context, arguments.kid)
    print_line(f"Distrusted the key {arguments.kid}. Licenses that it signed before stay in force.")


async def set_policy(arguments: Namespace) -> None:
    """Set a vendor's activation policy."""
    async with installation_context(arguments) as context:
        vendor = await find_vendor(context, arguments.key)
        await update_vendor(context, vendor.id, arguments.policy)
    print_line(f"Set the activation policy of {vendor.name}: {arguments.policy.description}")


async def remove(arguments: Namespace) -> None:
    """Remove a vendor and its licenses."""
    async with installation_context(arguments) as context:
        await remove_vendor(context, arguments.key)
    print_line(f"Removed the vendor {arguments.key}. To restore it, trust one of its keys again.")


async def list_vendors(arguments: Namespace) -> None:
    """Print the vendors, the main vendor first."""
    async with installation_context(arguments) as context:
        vendors = await load_vendors(context)
    columns = ("key", "name", "is_main", "status", "expires_at", "activation_policy", "next_check_at")
    rows = [[getattr(vendor, column) for column in columns] for vendor in vendors]
    if arguments.json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        headings = ("Key", "Name", "Main", "Status", "Expires", "Policy", "Next check")
        print_table(headings, [(key, name, "yes" if main else None, *rest) for key, name, main, *rest in rows])


async def find_vendor(context: Context, key: str) -> VendorRow:
    """Return the vendor with a key.

    Raises:
        CommandError: There is no such vendor.
    """
    for vendor in await load_vendors(context):
        if vendor.key == key:
            return vendor
    raise CommandError("NOT_FOUND", f"There is no vendor {key}. Run `seatkeeper vendor list` to see the vendors.")
