from datetime import UTC, datetime

import pytest

from licensing.documents.document import sign
from licensing.documents.keys import generate_key, parse_public_jwk, public_jwk
from licensing.enums import ImportMode
from licensing.errors import Invalid, NotFound
from models.audit_event import AuditEvent
from models.installation import Installation
from models.license import License
from models.vendor import TrustedKey, Vendor
from resolvers.change_sets.license_files import import_license_file, verify_license_file
from resolvers.context import system_context
from resolvers.operations.installations import create_installation
from resolvers.principals import COMMAND_LINE
from resolvers.vendors.removal import remove_vendor
from resolvers.vendors.trusted_keys import distrust_key, trust_key


@pytest.fixture
async def new_context(database):
    """The context of a new installation without vendors."""
    installation = await create_installation("Fjordlys Handel AS", "1204417838")
    return system_context(installation.id, actor=COMMAND_LINE, request_id="test")


def public(key=None):
    return parse_public_jwk(public_jwk(key or generate_key()))


async def events():
    return [event.facts["what"]["template"] for event in await AuditEvent.all().order_by("position")]


async def test_first_vendor_is_the_main_vendor(new_context):
    first = await trust_key(new_context, public(), vendor_key="superoffice", name="SuperOffice AS")
    second = await trust_key(new_context, public(), vendor_key="nordsync", name="NordSync AS")

    assert (first.is_main, second.is_main) == (True, False)
    assert await events() == ["it was trusted", "a key was trusted"] * 2


async def test_trusting_a_key_is_idempotent(new_context):
    key = public()
    for _ in range(2):
        await trust_key(new_context, key, vendor_key="superoffice", name="SuperOffice AS")

    assert await TrustedKey.all().count() == 1
    assert len(await events()) == 2


async def test_key_validity_is_read_from_the_jwk(new_context):
    jwk = {**public_jwk(generate_key()), "nbf": 1_700_000_000, "exp": 1_800_000_000}
    await trust_key(new_context, parse_public_jwk(jwk), vendor_key="superoffice", name="SuperOffice AS")

    stored = await TrustedKey.get()
    assert stored.not_before == datetime.fromtimestamp(1_700_000_000, UTC)
    assert stored.not_after == datetime.fromtimestamp(1_800_000_000, UTC)


async def test_license_server_is_due_for_a_check_at_once(new_context):
    address = "https://licenses.example"
    vendor = await trust_key(
        new_context, public(), vendor_key="superoffice", name="SuperOffice AS", license_server=address
    )

    assert vendor.license_server == address
    assert vendor.next_check_at is not None


@pytest.mark.parametrize(
    "invalid",
    [
        {"vendor_key": "Super Office"},
        {"name": " "},
        {"license_server": "http://licenses.example"},
        {"license_server": "licenses.example"},
    ],
)
async def test_invalid_vendor_is_rejected(new_context, invalid):
    arguments = {"vendor_key": "superoffice", "name": "SuperOffice AS", **invalid}
    with pytest.raises(Invalid):
        await trust_key(new_context, public(), **arguments)
    assert not await Vendor.exists()


async def test_key_belongs_to_one_vendor(new_context):
    key = public()
    await trust_key(new_context, key, vendor_key="superoffice", name="SuperOffice AS")
    with pytest.raises(Invalid, match="another vendor's"):
        await trust_key(new_context, key, vendor_key="nordsync", name="NordSync AS")
    assert not await Vendor.exists(key="nordsync")


async def test_distrusted_key_can_be_trusted_again(new_context):
    key = public()
    await trust_key(new_context, key, vendor_key="superoffice", name="SuperOffice AS")

    await distrust_key(new_context, key.kid)
    await distrust_key(new_context, key.kid)
    assert (await TrustedKey.get()).distrusted_at is not None

    await trust_key(new_context, key, vendor_key="superoffice", name="SuperOffice AS")
    assert (await TrustedKey.get()).distrusted_at is None
    assert (await events())[2:] == ["a key was distrusted", "a key was trusted"]


async def test_distrusting_an_unknown_key_fails(new_context):
    with pytest.raises(NotFound):
        await distrust_key(new_context, "no-such-key")


async def import_nordsync(new_context, key):
    await trust_key(new_context, public(), vendor_key="superoffice", name="SuperOffice AS")
    await trust_key(new_context, public(key), vendor_key="nordsync", name="NordSync AS")
    claims = {
        "iss": "nordsync",
        "sub": "1204417838",
        "jti": "1",
        "seq": 1,
        "iat": int(new_context.now().timestamp()),
        "owner": "Fjordlys Handel AS",
        "vendor": {"name": "NordSync AS"},
        "licenses": [{"code": "connector-cal", "name": "NordSync Connector", "scope": "USER", "total": 10}],
    }
    content = sign(claims, key).encode()
    mode = ImportMode.FOLLOW_POLICY
    await import_license_file(new_context, await verify_license_file(new_context, content, mode), content, mode)


async def test_removed_vendor_is_restored_with_its_licenses(new_context):
    key = generate_key()
    await import_nordsync(new_context, key)

    await remove_vendor(new_context, "nordsync")
    assert (await Vendor.get(key="nordsync")).removed_at is not None
    assert not (await License.get(key="nordsync.connector-cal")).in_force
    assert (await TrustedKey.get(kid=public(key).kid)).distrusted_at is not None

    await trust_key(new_context, public(key), vendor_key="nordsync", name="NordSync AS")
    assert (await Vendor.get(key="nordsync")).removed_at is None
    assert (await License.get(key="nordsync.connector-cal")).in_force


async def test_vendor_with_licenses_in_use_cannot_be_removed(context, make_vendor, make_license):
    await make_vendor("nordsync", name="NordSync AS")
    await make_license("nordsync.connector-cal", name="NordSync Connector", total=10, held_by=1)
    with pytest.raises(Invalid, match="NordSync Connector"):
        await remove_vendor(context, "nordsync")


async def test_main_vendor_cannot_be_removed(context):
    with pytest.raises(Invalid):
        await remove_vendor(context, "superoffice")


async def test_removing_an_unknown_vendor_fails(context, other_installation, make_vendor):
    await other_installation()
    with pytest.raises(NotFound):
        await remove_vendor(context, "nordsync")


@pytest.mark.parametrize(
    ("owner", "serial_number"),
    [("Fjordlys Handel AS", "120441783"), ("Fjordlys Handel AS", "12O4417838"), (" ", "1204417838")],
)
async def test_invalid_owner_or_serial_number_is_rejected(database, owner, serial_number):
    with pytest.raises(Invalid):
        await create_installation(owner, serial_number)
    assert not await Installation.exists()


async def test_serial_number_is_unique(new_context):
    with pytest.raises(Invalid, match="already"):
        await create_installation("Annen Bedrift AS", "1204417838")
