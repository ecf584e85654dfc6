"""Mutations that bring in licenses: import a license file, convert a demo."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry.file_uploads import Upload

from licensing.documents.armor import MAX_BYTES
from licensing.documents.document import VerifiedDocument
from licensing.enums import ApiScope, ImportMode
from resolvers.change_sets import demo_conversion, license_files
from resolvers.dataloaders import Loaders
from schema.core.descriptions import argument, input_type, object_type, one_of_type
from schema.core.permissions import Info, mutation, payload_field
from schema.core.row_mapping import from_row
from schema.core.user_errors import collect_user_errors
from schema.execution.cost import weight
from schema.mutations.payload import Payload
from schema.types.change_set import LicenseChangeSet, change_set_object
from schema.types.installation import Installation


@one_of_type
class LicenseFileInput:
    """A license file. Exactly one field must be given."""

    upload: Upload | None = strawberry.UNSET
    """The file as a part of a multipart request."""
    text: str | None = strawberry.UNSET
    """The file's content as text, for clients that cannot send multipart requests."""


@input_type
class ImportLicenseFileInput:
    """Input of `importLicenseFile`."""

    file: LicenseFileInput
    """The license file."""
    mode: ImportMode = ImportMode.FOLLOW_POLICY
    """Handling of the change set: follow the activation policy, leave it for review, or only preview it."""
    license_key: str | None = None
    """License key that decrypts the file, if the vendor encrypted it with one. It is not stored."""


@input_type
class ConvertDemoInput:
    """Input of `convertDemo`."""

    serial_number: str
    """The new serial number, issued by the main vendor."""
    license_owner: str
    """The new license owner, spelled as the vendor spells it."""
    file: LicenseFileInput | None = None
    """License file issued with the serial number. Required if the license server cannot be reached."""


@object_type(name="LicenseDocument")
class ImportedDocument:
    """A license document: a vendor's signed list of the licenses of an installation."""

    sha256: str
    """SHA-256 digest of the document's bytes, in hexadecimal."""
    key_id: str
    """RFC 7638 thumbprint of the key that signed the document."""
    vendor: str
    """Key of the vendor that issued the document."""
    sequence: int
    """Sequence number. It increases with each document that the vendor issues for this installation."""
    issued_at: datetime
    """Time at which the document was issued."""
    effective_at: datetime
    """Time at which the document takes effect."""

    @classmethod
    def from_verified(cls, document: VerifiedDocument) -> "ImportedDocument":
        """Return the claims of a verified document."""
        claims = document.claims
        return cls(
            sha256=document.sha256,
            key_id=document.key_id,
            vendor=claims.iss,
            sequence=claims.seq,
            issued_at=claims.issued_at,
            effective_at=claims.effective_at,
        )


@object_type
class ImportLicenseFilePayload(Payload):
    """Payload of `importLicenseFile`."""

    change_set: LicenseChangeSet | None = payload_field(requires=ApiScope.LICENSES_READ)
    """
    The changes that the file makes; null if the file was refused or changes nothing. In a preview, the change set that
    an import for review would create; its ID cannot be used later.
    """
    document: ImportedDocument | None = None
    """The document in the file, once its signature is verified; null if it could not be read."""


@object_type
class ConvertDemoPayload(Payload):
    """Payload of `convertDemo`."""

    installation: Installation | None = payload_field(requires=ApiScope.LICENSES_READ)
    """The installation. It remains a demo until the change set is activated."""
    change_set: LicenseChangeSet | None = payload_field(requires=ApiScope.LICENSES_READ)
    """
    The purchased licenses; null if the conversion failed. If seats must be freed first, the installation remains a
    demo until this change set is activated.
    """


@object_type
class LicenseMutations:
    """Mutations that bring in licenses."""

    @mutation(requires=ApiScope.LICENSES_WRITE, costs=[weight(100)])
    async def import_license_file(
        self, info: Info, input: Annotated[ImportLicenseFileInput, argument("The file and the import mode.")]
    ) -> ImportLicenseFilePayload | None:
        """Imports a license file sent by a vendor, for installations where `checkForLicenseChanges` cannot reach the
        vendor. Importing the same file again returns the same change set; if that was rejected, a new change set for
        review. Errors: FILE_TOO_LARGE, FILE_INVALID, SIGNING_KEY_UNKNOWN, SIGNATURE_INVALID, LICENSE_KEY_INVALID,
        SERIAL_NUMBER_MISMATCH, FILE_EXPIRED, FILE_OUTDATED.
        """
        payload = ImportLicenseFilePayload()
        content = await _read_file(input.file)
        if input.mode is ImportMode.PREVIEW:
            # A preview changes nothing: a repeated request must compute it anew, not replay the first response.
            info.context.idempotent_request = None
        with collect_user_errors(payload):
            document = await license_files.verify_license_file(info.context, content, input.mode, input.license_key)
            payload.document = ImportedDocument.from_verified(document)
            changed = await license_files.import_license_file(info.context, document, content, input.mode)
            payload.change_set = change_set_object(changed, info.context) if changed else None
        return payload

    @mutation(requires=ApiScope.LICENSES_WRITE, costs=[weight(100)])
    async def convert_demo(
        self, info: Info, input: Annotated[ConvertDemoInput, argument("The new serial number and license owner.")]
    ) -> ConvertDemoPayload | None:
        """Converts a demo into a purchased installation, with the serial number and license owner issued by the main
        vendor. The licenses are fetched from the vendor's license server, or read from a license file.
        Errors: NOT_DEMO, INVALID, NO_LICENSE_SERVER, VENDOR_REFUSED, VENDOR_UNAVAILABLE, and those of
        `importLicenseFile`.
        """
        payload = ConvertDemoPayload()
        content = await _read_file(input.file) if input.file else None
        with collect_user_errors(payload):
            found = await demo_conversion.convert_demo(info.context, input.serial_number, input.license_owner, content)
            payload.change_set = change_set_object(found, info.context)
        payload.installation = from_row(Installation, await Loaders.of(info.context).installation(), info.context)
        return payload


async def _read_file(file: LicenseFileInput) -> bytes:
    """Return the content of a license file, cut off after `MAX_BYTES` + 1 bytes."""
    if file.text:
        return file.text[: MAX_BYTES + 1].encode("utf-8", "surrogatepass")
    if file.upload:
        # The resolver may be retried after a conflict and then reads the file from the start again.
        await file.upload.seek(0)  # type: ignore[attr-defined]
        content: bytes = await file.upload.read(MAX_BYTES + 1)  # type: ignore[attr-defined]
        return content
    return b""
