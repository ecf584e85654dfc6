"""`seatkeeper issuer`: the vendor's side, which needs no database."""

import sys
from argparse import Namespace
from pathlib import Path

from resolvers.context import utc_now
from server.commands.arguments import Subparsers, add_command, add_noun, file_content
from server.commands.connection import CommandError
from server.commands.terminal import say
from server.issuer.license_server import serve
from server.issuer.signing import sign_claims, sign_claims_for_keygen, write_key_pair

FORMATS = ("jws", "keygen")


def add_to(commands: Subparsers) -> None:
    """Adds the noun."""
    verbs = add_noun(commands, "issuer", "the vendor's side: keys, signed license files and a license server")
    keygen = add_command(
        verbs, "keygen", make_keys, "make a key pair: the private key stays, the public one is handed out"
    )
    keygen.add_argument("--vendor", required=True, metavar="KEY", help="the vendor's key, such as superoffice")
    keygen.add_argument("-o", "--output", type=Path, default=Path(), metavar="DIR", help="where to write them")
    signing = add_command(verbs, "sign", sign, "sign the claims of a license document")
    signing.add_argument("claims", metavar="CLAIMS.json", type=file_content, help="the claims")
    signing.add_argument("--key", required=True, metavar="KEY.jwk", type=file_content, help="the private key")
    signing.add_argument("--format", choices=FORMATS, default=FORMATS[0], help="what to write (default: %(default)s)")
    signing.add_argument("--license-key", metavar="KEY", help="encrypt a Keygen file with this license key")
    signing.add_argument("-o", "--output", type=Path, metavar="FILE", help="where to write it; the output if not given")
    serving = add_command(verbs, "serve", serve_folder, "serve a folder as the reference license server")
    serving.add_argument("folder", type=Path, metavar="DIR", help="the folder, with documents in v1/licenses")
    serving.add_argument("--host", default="127.0.0.1", metavar="H", help="address to listen on (default: 127.0.0.1)")
    serving.add_argument("--port", type=int, default=8100, metavar="P", help="port to listen on (default: 8100)")


def make_keys(arguments: Namespace) -> None:
    """Makes a vendor's key pair."""
    try:
        public = write_key_pair(arguments.vendor, arguments.output)
    except FileExistsError as error:
        message = f"{error.filename} is there already. Keep it, or move it away first."
        raise CommandError("FILE_EXISTS", message) from None
    say(f"Made a key pair. Hand out {public}, and keep {arguments.vendor}.private.jwk to yourself.")


def sign(arguments: Namespace) -> None:
    """Signs claims."""
    claims, key, now = arguments.claims, arguments.key, utc_now()
    if arguments.format == "keygen":
        text = sign_claims_for_keygen(claims, key, now, arguments.license_key)
    elif arguments.license_key:
        raise CommandError(
            "INVALID", "Only a Keygen file is encrypted. Add `--format keygen`, or leave out the license key."
        )
    else:
        text = sign_claims(claims, key, now)
    if arguments.output is None:
        sys.stdout.write(text)
        return
    arguments.output.write_text(text)
    say(f"Wrote {arguments.output}.")


def serve_folder(arguments: Namespace) -> None:
    """Serves a vendor's folder until it is told to stop."""
    try:
        serve(arguments.folder, arguments.host, arguments.port)
    except NotADirectoryError as error:
        raise CommandError("FOLDER_MISSING", str(error)) from None
