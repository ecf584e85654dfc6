"""`seatkeeper issuer`: tools for vendors, which need no database."""

import sys
from argparse import Namespace
from pathlib import Path

from resolvers.context import utc_now
from server.commands.arguments import Subparsers, add_command, add_command_group, read_file
from server.commands.connection import CommandError
from server.commands.terminal import print_line
from server.issuer.license_server import serve
from server.issuer.signing import sign_claims, sign_claims_for_keygen, write_key_pair

FORMATS = ("jws", "keygen")


def register(commands: Subparsers) -> None:
    """Register the command group."""
    verbs = add_command_group(commands, "issuer", "vendor tools: keys, signed license files and a license server")
    keygen = add_command(
        verbs, "keygen", create_keys, "create a key pair: keep the private key and hand out the public key"
    )
    keygen.add_argument("--vendor", required=True, metavar="KEY", help="the vendor's key, such as superoffice")
    keygen.add_argument("-o", "--output", type=Path, default=Path(), metavar="DIR", help="folder to write them to")
    signing = add_command(verbs, "sign", sign, "sign the claims of a license document")
    signing.add_argument("claims", metavar="CLAIMS.json", type=read_file, help="the claims")
    signing.add_argument("--key", required=True, metavar="KEY.jwk", type=read_file, help="the private key")
    signing.add_argument(
        "--format", choices=FORMATS, default=FORMATS[0], help="format of the file (default: %(default)s)"
    )
    signing.add_argument("--license-key", metavar="KEY", help="encrypt a Keygen file with this license key")
    signing.add_argument("-o", "--output", type=Path, metavar="FILE", help="file to write (default: standard output)")
    serving = add_command(verbs, "serve", serve_folder, "serve a folder as the reference license server")
    serving.add_argument("folder", type=Path, metavar="DIR", help="the folder, with documents in v1/licenses")
    serving.add_argument("--host", default="127.0.0.1", metavar="H", help="address to listen on (default: 127.0.0.1)")
    serving.add_argument("--port", type=int, default=8100, metavar="P", help="port to listen on (default: 8100)")


def create_keys(arguments: Namespace) -> None:
    """Create a vendor's key pair."""
    try:
        public = write_key_pair(arguments.vendor, arguments.output)
    except FileExistsError as error:
        message = f"{error.filename} exists already. Keep it, or move it away first."
        raise CommandError("FILE_EXISTS", message) from None
    print_line(f"Created a key pair. Hand out {public}, and keep {arguments.vendor}.private.jwk secret.")


def sign(arguments: Namespace) -> None:
    """Sign the claims and write the license file."""
    claims, key, now = arguments.claims, arguments.key, utc_now()
    if arguments.format == "keygen":
        text = sign_claims_for_keygen(claims, key, now, arguments.license_key)
    elif arguments.license_key:
        raise CommandError(
            "INVALID", "Only Keygen files can be encrypted. Add `--format keygen`, or leave out the license key."
        )
    else:
        text = sign_claims(claims, key, now)
    if arguments.output is None:
        sys.stdout.write(text)
        return
    arguments.output.write_text(text)
    print_line(f"Wrote {arguments.output}.")


def serve_folder(arguments: Namespace) -> None:
    """Serve a vendor's folder until the process is stopped."""
    try:
        serve(arguments.folder, arguments.host, arguments.port)
    except NotADirectoryError as error:
        raise CommandError("FOLDER_MISSING", str(error)) from None
