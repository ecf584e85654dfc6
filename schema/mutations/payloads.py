"""What mutations answer."""

from datetime import datetime

import strawberry

from licensing.documents.document import VerifiedDocument
from licensing.enums import RevocationBlocker, RevocationOutcome
from schema.core.descriptions import object_type
from schema.core.user_errors import UserError
from schema.query import Query
from schema.types.change_set import LicenseChangeSet, SurplusRequirement
from schema.types.installation import Installation
from schema.types.license import License
from schema.types.user import User
from schema.types.vendor import Vendor
from schema.types.viewer import ApiToken, Viewer


@object_type
class ActivateLicensesPayload:
    """Result of `activateLicenses`."""

    change_set: LicenseChangeSet | None = None
    """The change set as it now is; null if not found."""
    query: Query = strawberry.field(default_factory=Query)
    """The root, to read what else changed in the same request."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was not activated. Empty on success."""


@object_type
class RejectPendingChangesPayload:
    """Result of `rejectPendingChanges`."""

    change_set: LicenseChangeSet | None = None
    """The change set as it now is; null if not found."""
    query: Query = strawberry.field(default_factory=Query)
    """The root, to read what else changed in the same request."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was not rejected. Empty on success."""


@object_type
class AcknowledgeChangeSetPayload:
    """Result of `acknowledgeChangeSet`."""

    change_set: LicenseChangeSet | None = None
    """The change set; null if not found."""
    query: Query = strawberry.field(default_factory=Query)
    """The root, to read what else changed in the same request."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was not acknowledged. Empty on success."""


@object_type
class UserLicenseRevocation:
    """What became of one user in `revokeUserLicenses`."""

    user_id: strawberry.ID
    """The ID that was given."""
    outcome: RevocationOutcome
    """What happened."""
    blocker: RevocationBlocker | None
    """Why they keep it; null unless `BLOCKED`."""
    user: User | None
    """The user as they now are; null if not found."""


@object_type
class RevokeUserLicensesPayload:
    """Result of `revokeUserLicenses`."""

    results: list[UserLicenseRevocation] = strawberry.field(default_factory=list)
    """One per user ID, in the order given; empty if the request as a whole was wrong."""
    license: License | None = None
    """The license with its new seat counts; null if not found."""
    surplus_requirement: SurplusRequirement | None = None
    """What is still to be freed; null once the license no longer blocks a change set."""
    query: Query = strawberry.field(default_factory=Query)
    """The root, to read what else changed in the same request."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """What was wrong with the request as a whole. Empty on success."""


@object_type
class AssignUserLicensesPayload:
    """Result of `assignUserLicenses`."""

    license: License | None = None
    """The license with its new seat counts; null if not found."""
    users: list[User] = strawberry.field(default_factory=list)
    """The users as they now are, in the order given."""
    query: Query = strawberry.field(default_factory=Query)
    """The root, to read what else changed in the same request."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why nothing was assigned. Empty on success."""


@object_type
class ReassignUserLicensesPayload:
    """Result of `reassignUserLicenses`."""

    from_license: License | None = None
    """The license they held, with its new seat counts; null if not found."""
    to_license: License | None = None
    """The license they hold now, with its new seat counts; null if not found."""
    users: list[User] = strawberry.field(default_factory=list)
    """The users as they now are, in the order given."""
    query: Query = strawberry.field(default_factory=Query)
    """The root, to read what else changed in the same request."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why nobody was moved. Empty on success."""


@object_type
class LicenseDocument:
    """A vendor's signed statement of its licenses."""

    sha256: str
    """SHA-256 of the bytes, in hex."""
    key_id: str
    """The key that signed it: RFC 7638 thumbprint."""
    vendor: str
    """Who issued it, by vendor key."""
    sequence: int
    """Rises with each document of the vendor for this installation."""
    issued_at: datetime
    """When it was issued."""
    effective_at: datetime
    """When it takes effect."""

    @classmethod
    def of(cls, document: VerifiedDocument) -> "LicenseDocument":
        """What a document says of itself."""
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
class ImportLicenseFilePayload:
    """Result of `importLicenseFile`."""

    change_set: LicenseChangeSet | None = None
    """
    What the file changes; null if it could not be used, or changes nothing. In a preview: what it would be if left for
    review, with an ID that names nothing later.
    """
    document: LicenseDocument | None = None
    """What the file says of itself once its signature holds; null if it could not be read."""
    query: Query = strawberry.field(default_factory=Query)
    """The root, to read what else changed in the same request."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the file was not used. Empty on success."""


@object_type
class CheckForLicenseChangesPayload:
    """Result of `checkForLicenseChanges`."""

    change_set: LicenseChangeSet | None = None
    """What has changed; null if nothing has."""
    vendor: Vendor | None = None
    """The vendor with its new `lastCheck`; null if not found."""
    query: Query = strawberry.field(default_factory=Query)
    """The root, to read what else changed in the same request."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why there is no answer. Empty on success."""


@object_type
class ConvertDemoPayload:
    """Result of `convertDemo`."""

    installation: Installation | None = None
    """The installation; still the demo while the change set waits."""
    change_set: LicenseChangeSet | None = None
    """
    The licenses that were bought; null if the conversion failed. If seats must be freed first, the
    installation stays a demo until this is activated.
    """
    query: Query = strawberry.field(default_factory=Query)
    """The root, to read what else changed in the same request."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the demo was not converted. Empty on success."""


@object_type
class UpdateVendorPayload:
    """Result of `updateVendor`."""

    vendor: Vendor | None = None
    """The vendor as it now is; null if not found."""
    query: Query = strawberry.field(default_factory=Query)
    """The root, to read what else changed in the same request."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why nothing was set. Empty on success."""


@object_type
class SignInPayload:
    """Result of `signIn`."""

    viewer: Viewer | None = None
    """Who is now logged in; null on failure."""
    query: Query = strawberry.field(default_factory=Query)
    """The root, to read what can now be seen in the same request."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why not. Empty on success."""


@object_type
class SignOutPayload:
    """Result of `signOut`."""

    query: Query = strawberry.field(default_factory=Query)
    """The root, as seen by nobody."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Always empty."""


@object_type
class CreateApiTokenPayload:
    """Result of `createApiToken`."""

    api_token: ApiToken | None = None
    """The token; null on failure."""
    secret: str | None = None
    """What to send as `Authorization: Bearer`. Shown this once; only its hash is kept."""
    query: Query = strawberry.field(default_factory=Query)
    """The root, to read what else changed in the same request."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why no token was issued. Empty on success."""


@object_type
class RevokeApiTokenPayload:
    """Result of `revokeApiToken`."""

    api_token: ApiToken | None = None
    """The token as it now is; null if not found."""
    query: Query = strawberry.field(default_factory=Query)
    """The root, to read what else changed in the same request."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was not revoked. Empty on success."""
