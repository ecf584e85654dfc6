"""What mutations take, and what no mutation takes: empty and endless lists, repeated items, blank texts."""

from collections.abc import Sequence
from datetime import datetime

import strawberry
from strawberry.file_uploads import Upload

from licensing.documents.armor import MAX_BYTES
from licensing.enums import ActivationPolicy, ApiScope, ImportMode
from licensing.errors import Invalid, TooManyItems
from licensing.messages import Message
from schema.core.descriptions import input_type, one_of_type
from schema.relay.node import decode_id

MAX_ITEMS = 1_000


@input_type
class RevocationInput:
    """One license to take from some users."""

    license_id: strawberry.ID
    """The license to take away."""
    user_ids: list[strawberry.ID]
    """Those who lose it: 1 to 1,000, each once."""


@input_type
class LicenseMoveInput:
    """Some users that move from one license to another at activation."""

    from_license_id: strawberry.ID
    """The license they hold."""
    to_license_key: str
    """The key of the license they get, which may be one that the change set adds."""
    user_ids: list[strawberry.ID]
    """Those who move: 1 to 1,000, each once."""


@input_type
class ActivateLicensesInput:
    """Input of `activateLicenses`."""

    change_set_id: strawberry.ID
    """The change set that was reviewed. If a newer one has arrived since, activation fails."""
    revocations: list[RevocationInput] | None = None
    """Licenses to take from users first, together with the activation or not at all; 1,000 users in all, moves included."""  # noqa: E501
    moves: list[LicenseMoveInput] | None = None
    """Users to move to another license of the change set, together with the activation or not at all: for plans that replace plans."""  # noqa: E501


@input_type
class RejectPendingChangesInput:
    """Input of `rejectPendingChanges`."""

    change_set_id: strawberry.ID
    """The change set that is wrong."""
    reason: str
    """What is wrong, for the audit log and the vendor."""


@input_type
class AcknowledgeChangeSetInput:
    """Input of `acknowledgeChangeSet`."""

    change_set_id: strawberry.ID
    """The automatically activated change set."""


@input_type
class RevokeUserLicensesInput:
    """Input of `revokeUserLicenses`."""

    license_id: strawberry.ID
    """The license to take away."""
    user_ids: list[strawberry.ID]
    """Those who lose it: 1 to 1,000, each once."""


@input_type
class AssignUserLicensesInput:
    """Input of `assignUserLicenses`."""

    license_id: strawberry.ID
    """The license to give."""
    user_ids: list[strawberry.ID]
    """Those who get it: 1 to 1,000, each once. Those who hold it already keep it."""


@input_type
class ReassignUserLicensesInput:
    """Input of `reassignUserLicenses`."""

    from_license_id: strawberry.ID
    """The license they hold."""
    to_license_id: strawberry.ID
    """The license they get instead."""
    user_ids: list[strawberry.ID]
    """Those who move: 1 to 1,000, each once."""


@one_of_type
class LicenseFileInput:
    """A license file: give exactly one."""

    upload: Upload | None = strawberry.UNSET
    """As a part of a multipart request."""
    text: str | None = strawberry.UNSET
    """As text, for clients that cannot send multipart requests."""


@input_type
class ImportLicenseFileInput:
    """Input of `importLicenseFile`."""

    file: LicenseFileInput
    """The file, in one of two forms."""
    mode: ImportMode = ImportMode.FOLLOW_POLICY
    """What to do with it once it is read."""
    license_key: str | None = None
    """What opens it, if the vendor encrypted it with a license key. It is not kept."""


@input_type
class CheckForLicenseChangesInput:
    """Input of `checkForLicenseChanges`."""

    vendor_id: strawberry.ID
    """The vendor to ask."""


@input_type
class ConvertDemoInput:
    """Input of `convertDemo`."""

    serial_number: str
    """New serial number, from the vendor."""
    license_owner: str
    """New license owner, spelled as the vendor has it."""
    file: LicenseFileInput | None = None
    """The license file that came with them, where the license server cannot be reached."""


@input_type
class UpdateVendorInput:
    """Input of `updateVendor`."""

    vendor_id: strawberry.ID
    """The vendor."""
    activation_policy: ActivationPolicy
    """Its policy from now on."""


@input_type
class SignInInput:
    """Input of `signIn`."""

    login: str
    """Login name."""
    password: str
    """Password."""
    serial_number: str | None = None
    """Which installation, by serial number; not needed where the server holds only one."""


@input_type
class CreateApiTokenInput:
    """Input of `createApiToken`."""

    name: str
    """What the token is for."""
    scopes: list[ApiScope]
    """What it may do: at least one, none that the viewer lacks."""
    vendor_id: strawberry.ID | None = None
    """The only vendor whose licenses it may touch, by ID; null for all."""
    expires_at: datetime | None = None
    """When it stops working: 90 days from now if not given, a year at most."""


@input_type
class RevokeApiTokenInput:
    """Input of `revokeApiToken`."""

    api_token_id: strawberry.ID
    """The token to revoke."""


def local_user_ids(ids: Sequence[str], *path: str) -> list[int]:
    """The users' local ids; 0 for an ID of another type.

    Raises:
        Invalid: There is none, or one is given twice.
        TooManyItems: There are more than one call takes.
    """
    check_count(ids, *path)
    seen: set[str] = set()
    for position, id_ in enumerate(ids):
        if id_ in seen:
            raise Invalid([*path, str(position)], reason=Message("This user is listed twice. List each user once."))
        seen.add(id_)
    return [decode_id(id_, "User") for id_ in ids]


def check_count(items: Sequence[object], *path: str) -> None:
    """Refuses empty lists, and those of more than 1,000 items.

    Raises:
        Invalid: The list is empty.
        TooManyItems: There are more items than one call takes.
    """
    if not items:
        raise Invalid(path, reason=Message("The list is empty. Name at least one item."))
    if len(items) > MAX_ITEMS:
        raise TooManyItems(path, count=len(items), limit=MAX_ITEMS)


def local_revocations(input: ActivateLicensesInput) -> list[tuple[int, list[int]]]:
    """License ids, each with the ids of those who lose it."""
    return [
        (decode_id(one.license_id, "License"), local_user_ids(one.user_ids, "input", "revocations", str(i), "userIds"))
        for i, one in enumerate(input.revocations or ())
    ]


def local_moves(input: ActivateLicensesInput) -> list[tuple[int, str, list[int]]]:
    """License ids, each with the key of another and the ids of those who move to it."""
    return [
        (
            decode_id(one.from_license_id, "License"),
            one.to_license_key,
            local_user_ids(one.user_ids, "input", "moves", str(i), "userIds"),
        )
        for i, one in enumerate(input.moves or ())
    ]


def check_users_in_all(input: ActivateLicensesInput) -> None:
    """Refuses to take licenses from more than 1,000 users, and to move them, in one activation.

    Raises:
        TooManyItems: There are more.
    """
    count = sum(len(one.user_ids) for one in [*(input.revocations or ()), *(input.moves or ())])
    if count > MAX_ITEMS:
        raise TooManyItems(["input"], count=count, limit=MAX_ITEMS)


def require_non_blank(text: str, *path: str) -> str:
    """A text that must say something, without the blanks around it.

    Raises:
        Invalid: It is blank.
    """
    if not text.strip():
        raise Invalid(path, reason=Message("This is blank. Say something here."))
    return text.strip()


async def file_content(file: LicenseFileInput) -> bytes:
    """The bytes of a license file, or as many of them as show that it is too large."""
    if file.text:
        return file.text[: MAX_BYTES + 1].encode("utf-8", "surrogatepass")
    if file.upload:
        await file.upload.seek(0)  # type: ignore[attr-defined]  # a call may be tried again
        content: bytes = await file.upload.read(MAX_BYTES + 1)  # type: ignore[attr-defined]
        return content
    return b""
