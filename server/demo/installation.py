"""Creation of the demo installation in an empty database, by the same functions that administrators use."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from joserfc.util import to_bytes, to_str, urlsafe_b64decode, urlsafe_b64encode

from licensing.documents.armor import SIGNED_LICENSE
from licensing.documents.document import sign
from licensing.documents.keys import SigningKey, generate_key, parse_public_jwk, public_jwk
from licensing.enums import ImportMode
from models.installation import Installation
from models.license import License
from models.user import User
from resolvers.change_sets.license_files import import_license_file, verify_license_file
from resolvers.context import Context, system_context, utc_now
from resolvers.licenses.assignments import assign_user_licenses
from resolvers.operations.installations import create_installation
from resolvers.principals import COMMAND_LINE
from resolvers.users.administrators import create_administrator
from resolvers.users.directory_import import import_users
from resolvers.vendors.trusted_keys import trust_key
from server.demo import documents, people
from server.issuer.signing import write_key_pair


@dataclass(frozen=True)
class Demo:
    """The demo installation: the administrator's credentials, and the vendors' keys and license files."""

    installation_id: int
    serial_number: str
    login: str
    password: str
    keys: dict[str, SigningKey]
    """Private keys by vendor key."""
    files: dict[str, str]
    """Contents of the license files by file name."""

    def write(self, folder: Path) -> None:
        """Write keys and license files to a folder, replacing those of an earlier demo."""
        for vendor, key in self.keys.items():
            write_key_pair(vendor, folder, key=key, replace=True)
        for name, text in self.files.items():
            (folder / name).write_text(text)


async def fill(password: str, *, trial: bool = False, now: datetime | None = None) -> Demo:
    """Create the demo installation with its history in an empty, migrated database.

    Raises:
        Invalid: The password is too short or too long.
    """
    now = (now or utc_now()).replace(microsecond=0)
    serial_number = documents.TRIAL_SERIAL_NUMBER if trial else documents.SERIAL_NUMBER
    installation = await create_installation(documents.OWNER, serial_number, is_demo=trial)
    at = partial(_context_at, installation, now)
    start = at(timedelta(days=14 if trial else 300))
    keys = {"superoffice": await _trust(start, "superoffice", "SuperOffice AS")}
    document = documents.trial_document if trial else documents.first_document
    await _import(start, sign(document(now, start.now()), keys["superoffice"]))
    await import_users(start, people.trial_people(now) if trial else people.people(now))
    await create_administrator(start, login=people.ADMINISTRATOR, password=password)
    if trial:
        await _assign(start, "superoffice.ten-demo", people.logins(people.TRIAL_HOLDERS))
        files = {"purchase.lic": sign(documents.purchase(now, now), keys["superoffice"])}
    else:
        await _assign_initial_holders(start)
        keys["nordsync"] = await _add_nordsync(at(timedelta(days=100)), now)
        await _assign_remaining_holders(at(timedelta(days=40)))
        files = _build_license_files(keys["superoffice"], now)
        await _import(at(timedelta(0)), files["renewal.lic"], ImportMode.REVIEW)
    return Demo(installation.id, serial_number, people.ADMINISTRATOR, password, keys, files)


async def _assign_initial_holders(start: Context) -> None:
    await _assign(start, "superoffice.system-user-cal", [people.SYSTEM_USER])
    for key, holders in people.HOLDERS.items():
        if key.startswith("superoffice."):
            await _assign(start, key, _initial_holders(holders))


async def _add_nordsync(then: Context, now: datetime) -> SigningKey:
    key = await _trust(then, "nordsync", "NordSync AS")
    await _import(then, sign(documents.nordsync_document(now, then.now()), key))
    await _assign(then, "nordsync.connector-cal", _initial_holders(people.HOLDERS["nordsync.connector-cal"]))
    return key


async def _assign_remaining_holders(then: Context) -> None:
    for key, holders in people.HOLDERS.items():
        await _assign(then, key, people.logins(holders))  # no effect on users who hold the license already


def _initial_holders(holders: str) -> list[str]:
    """Return two thirds of the holders, who got the license at first."""
    logins = people.logins(holders)
    return logins[: len(logins) * 2 // 3]


def _build_license_files(key: SigningKey, now: datetime) -> dict[str, str]:
    growth = sign(documents.growth(now, now), key)
    other = documents.renewal(now, now, serial_number=documents.OTHER_SERIAL_NUMBER)
    return {
        "renewal.lic": sign(documents.renewal(now, now), key),
        "growth.lic": growth,
        "tampered.lic": _tamper(growth),
        "other-installation.lic": sign(other, key),
    }


def _context_at(installation: Installation, now: datetime, ago: timedelta) -> Context:
    return system_context(installation.id, actor=COMMAND_LINE, request_id="demo", now=lambda: now - ago)


async def _trust(context: Context, vendor_key: str, name: str) -> SigningKey:
    key = generate_key()
    await trust_key(context, parse_public_jwk(public_jwk(key)), vendor_key=vendor_key, name=name)
    return key


async def _import(context: Context, text: str, mode: ImportMode = ImportMode.FOLLOW_POLICY) -> None:
    content = text.encode()
    await import_license_file(context, await verify_license_file(context, content, mode), content, mode)


async def _assign(context: Context, license_key: str, logins: Sequence[str]) -> None:
    license = await License.get(installation_id=context.installation_id, key=license_key)
    users = await User.filter(installation_id=context.installation_id, login__in=logins).order_by("id")
    await assign_user_licenses(context, license.id, [user.id for user in users])


def _tamper(text: str) -> str:
    """Return the license file with 100 instead of 25 seats and its original signature, which is then invalid."""
    header, payload, signature = SIGNED_LICENSE.unwrap(text.encode()).split(".")
    claims = to_str(urlsafe_b64decode(to_bytes(payload))).replace('"total":25', '"total":100')
    return SIGNED_LICENSE.wrap(".".join([header, to_str(urlsafe_b64encode(to_bytes(claims))), signature]))
