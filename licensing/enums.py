"""Enumerations, with the descriptions that the GraphQL schema shows."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class DescribedEnum(StrEnum):
    """A string enumeration whose members have a description."""

    description: str

    def __new__(cls, value: str, description: str = "") -> Self:
        """Create a member from its value and the sentence that describes it."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.description = description
        return member


class LicenseStatus(DescribedEnum):
    """The status of a vendor's licenses according to their dates."""

    ACTIVE = "ACTIVE", "The licenses are in force."
    EXPIRING_SOON = "EXPIRING_SOON", "The licenses are in force and about to expire."
    IN_GRACE_PERIOD = "IN_GRACE_PERIOD", "The licenses have expired and still work until the grace period ends."
    EXPIRED = "EXPIRED", "The licenses have expired, including any grace period."


class LicenseUpdateStatus(DescribedEnum):
    """The status of a vendor's new license information. Where several apply, the first in the order
    BLOCKED_BY_SURPLUS, AWAITING_ACTIVATION, ACTIVATED_AUTOMATICALLY, CHECK_FAILED, REJECTED, UP_TO_DATE.
    """

    UP_TO_DATE = "UP_TO_DATE", "The licenses in force are the latest."
    ACTIVATED_AUTOMATICALLY = (
        "ACTIVATED_AUTOMATICALLY",
        'New licenses were activated automatically and have not been acknowledged: "New license activated".',
    )
    AWAITING_ACTIVATION = "AWAITING_ACTIVATION", 'New licenses await an administrator: "Activate new license".'
    BLOCKED_BY_SURPLUS = "BLOCKED_BY_SURPLUS", "New licenses await an administrator, who must free seats first."
    CHECK_FAILED = "CHECK_FAILED", "The latest check failed; see `lastCheck`."
    REJECTED = "REJECTED", "The latest change set was rejected, and the vendor has not issued another."


class ActivationPolicy(DescribedEnum):
    """Which change sets are activated automatically on receipt. A change set with a surplus never is."""

    AUTOMATIC = "AUTOMATIC", "All change sets."
    REVIEW_REDUCTIONS = "REVIEW_REDUCTIONS", "Change sets that take nothing away."
    MANUAL = "MANUAL", "No change set; an administrator reviews each."


class VendorCheckOutcome(DescribedEnum):
    """The outcome of a request to a vendor's license server."""

    UP_TO_DATE = "UP_TO_DATE", "The licenses in force are the latest."
    CHANGES_FOUND = "CHANGES_FOUND", "A change set was received."
    UNAVAILABLE = "UNAVAILABLE", "The license server did not respond."
    REFUSED = "REFUSED", "The license server refused the request, for example for a wrong serial number."
    UNUSABLE = "UNUSABLE", "The license server's response could not be used; see `message`."


class LicenseScope(DescribedEnum):
    """The scope of a license."""

    SYSTEM = "SYSTEM", "The license applies to everyone and enables a part of the system."
    USER = "USER", "The license applies to the users it is assigned to, one seat each."


class UserCategory(DescribedEnum):
    """The categories of users, each a tab of the Users screen."""

    EMPLOYEE = "EMPLOYEE", "Employees of the license owner."
    OTHER = "OTHER", "External, anonymous and system users."


class UserKind(DescribedEnum):
    """The kinds of users."""

    EMPLOYEE = "EMPLOYEE", "An employee of the license owner."
    EXTERNAL = "EXTERNAL", "A person outside the license owner's company."
    ANONYMOUS = "ANONYMOUS", "Visitors who do not sign in with a name."
    SYSTEM = "SYSTEM", "Another system."

    @property
    def category(self) -> UserCategory:
        """The category of this kind of user."""
        return UserCategory.EMPLOYEE if self is UserKind.EMPLOYEE else UserCategory.OTHER


class UserStatus(DescribedEnum):
    """The status of a user."""

    ACTIVE = "ACTIVE", "The user is active."
    WAITING_FOR_APPROVAL = "WAITING_FOR_APPROVAL", "The user is invited, may hold licenses and cannot sign in yet."
    RETIRED = "RETIRED", "The user has left and holds no licenses."


class UserOrderField(DescribedEnum):
    """The fields by which users can be ordered."""

    NAME = "NAME", "Full name."
    LOGIN = "LOGIN", "Login name."
    LAST_LOGIN_AT = "LAST_LOGIN_AT", "Time of the last sign-in; users who have never signed in sort lowest."


class OrderDirection(DescribedEnum):
    """The direction of an order."""

    ASC = "ASC", "Ascending."
    DESC = "DESC", "Descending."


class RevocationBlocker(DescribedEnum):
    """The reason why a license cannot be revoked from a user."""

    OPEN_REQUESTS = (
        "OPEN_REQUESTS",
        "The user owns open service requests and would be left without a plan: hand them over, or move the user to"
        " another plan.",
    )
    REQUIRED = "REQUIRED", "Another license that the user holds requires it."


class ChangeSetStatus(DescribedEnum):
    """The status of a change set. The last four are final. Activation by policy is AUTO_ACTIVATED for a document from
    the license server and ACTIVATED for an imported file.
    """

    AWAITING_ACTIVATION = "AWAITING_ACTIVATION", "The change set awaits activation by an administrator."
    BLOCKED_BY_SURPLUS = "BLOCKED_BY_SURPLUS", "More seats are in use than the change set allows; free some first."
    AUTO_ACTIVATED = "AUTO_ACTIVATED", "The system activated the change set on receipt."
    ACTIVATED = "ACTIVATED", "An administrator activated the change set."
    REJECTED = "REJECTED", "An administrator rejected the change set."
    SUPERSEDED = "SUPERSEDED", "A newer change set from the same vendor replaced it."


class ChangeSetSource(DescribedEnum):
    """The source of a change set."""

    LICENSE_SERVER = "LICENSE_SERVER", "The vendor's license server."
    LICENSE_FILE = "LICENSE_FILE", "An imported license file."
    DEMO_CONVERSION = "DEMO_CONVERSION", "The conversion of a demo to a purchase."


class LicenseChangeKind(DescribedEnum):
    """The kind of a license's change."""

    ADDED = "ADDED", "The license is added."
    INCREASED = "INCREASED", "The license gains seats."
    DECREASED = "DECREASED", "The license loses seats."
    ALTERED = "ALTERED", "The seats are unchanged; the name, description, prerequisite or plan contents change."
    REMOVED = "REMOVED", "The license is removed."


class SuggestionReason(DescribedEnum):
    """The reason why a user is suggested for revocation of a license."""

    CANNOT_LOG_IN = "CANNOT_LOG_IN", "The user cannot sign in."
    NEVER_LOGGED_IN = "NEVER_LOGGED_IN", "The user has never signed in."
    LEAST_RECENTLY_LOGGED_IN = "LEAST_RECENTLY_LOGGED_IN", "The user is among the least recently signed in."


class RevocationOutcome(DescribedEnum):
    """The outcome of a revocation for one user."""

    REVOKED = "REVOKED", "The license was revoked."
    NOT_ASSIGNED = "NOT_ASSIGNED", "The user did not hold the license; nothing changed."
    USER_NOT_FOUND = "USER_NOT_FOUND", "The user does not exist; nothing changed."
    BLOCKED = "BLOCKED", "The user keeps the license; see `blocker`."


class ImportMode(DescribedEnum):
    """How to handle an imported license file."""

    FOLLOW_POLICY = "FOLLOW_POLICY", "Apply the vendor's activation policy, as to a document from the license server."
    REVIEW = "REVIEW", "Await review by an administrator, whatever the policy."
    PREVIEW = "PREVIEW", "Return the changes without storing anything."


class ActorKind(DescribedEnum):
    """The kinds of actors."""

    ADMINISTRATOR = "ADMINISTRATOR", "An administrator who is signed in."
    AUDITOR = "AUDITOR", "A signed-in user who may read everything and change nothing."
    API_TOKEN = "API_TOKEN", "An integration with an API token."
    SYSTEM = "SYSTEM", "The system itself, for example when it activates licenses on receipt, or the command line."


class ApiScope(DescribedEnum):
    """The permissions of a caller. Administrators have all of them."""

    LICENSES_READ = (
        "LICENSES_READ",
        "Read vendors, licenses, change sets and surplus requirements. The holders of a license need `USERS_READ`.",
    )
    LICENSES_WRITE = (
        "LICENSES_WRITE",
        "Activate, reject and acknowledge change sets, import files, check for changes, convert a demo.",
    )
    USERS_READ = "USERS_READ", "Read users and their licenses."
    USERS_WRITE = "USERS_WRITE", "Assign, revoke and reassign users' licenses."
    AUDIT_READ = "AUDIT_READ", "Read the audit log."
    TOKENS_WRITE = "TOKENS_WRITE", "Read, issue and revoke API tokens."
    WEBHOOKS_WRITE = (
        "WEBHOOKS_WRITE",
        "Read and delete webhooks. Creating and changing them also needs the read scopes of the data they are sent.",
    )


class AuditAction(DescribedEnum):
    """The action of an audit event."""

    CHANGE_SET_RECEIVED = "CHANGE_SET_RECEIVED", "A change set was received."
    LICENSES_ACTIVATED = "LICENSES_ACTIVATED", "A change set was activated."
    ACTIVATION_REFUSED = "ACTIVATION_REFUSED", "An activation was refused."
    CHANGE_SET_REJECTED = "CHANGE_SET_REJECTED", "A change set was rejected."
    CHANGE_SET_ACKNOWLEDGED = "CHANGE_SET_ACKNOWLEDGED", "A change set was acknowledged."
    CHANGE_SET_SUPERSEDED = "CHANGE_SET_SUPERSEDED", "A newer change set replaced an open one."
    USER_LICENSE_ASSIGNED = "USER_LICENSE_ASSIGNED", "A license was assigned to a user."
    USER_LICENSE_REVOKED = "USER_LICENSE_REVOKED", "A license was revoked from a user."
    LICENSE_FILE_REFUSED = "LICENSE_FILE_REFUSED", "A license file was refused."
    VENDOR_CHECK_FAILED = "VENDOR_CHECK_FAILED", "A request to a license server failed."
    VENDOR_CHANGED = "VENDOR_CHANGED", "A vendor or one of its keys was trusted, changed or removed."
    EXPIRY_WARNED = "EXPIRY_WARNED", "A vendor's licenses are about to expire."
    DEMO_CONVERTED = "DEMO_CONVERTED", "A demo was converted to a purchase."
    USER_CHANGED = "USER_CHANGED", "A user was imported, changed or retired."
    SEATS_REPAIRED = "SEATS_REPAIRED", "Seat counters were repaired."
    SIGNED_IN = "SIGNED_IN", "An administrator signed in."
    SIGN_IN_REFUSED = "SIGN_IN_REFUSED", "A sign-in was refused."
    API_TOKEN_CREATED = "API_TOKEN_CREATED", "An API token was issued."
    API_TOKEN_REVOKED = "API_TOKEN_REVOKED", "An API token was revoked."
    WEBHOOK_CREATED = "WEBHOOK_CREATED", "A webhook was created."
    WEBHOOK_CHANGED = "WEBHOOK_CHANGED", "A webhook was changed, or enabled or disabled by a caller."
    WEBHOOK_DISABLED = (
        "WEBHOOK_DISABLED",
        "A webhook was disabled because its URL failed for a day or is gone.",
    )
    WEBHOOK_DELETED = "WEBHOOK_DELETED", "A webhook was deleted."


class UserErrorCode(DescribedEnum):
    """The values of `UserError.code`. New values may be added."""

    NOT_FOUND = "NOT_FOUND", "The ID does not exist, or the viewer may not see its object."
    INVALID = "INVALID", "A value is blank, malformed or out of range."
    TOO_MANY_ITEMS = "TOO_MANY_ITEMS", "The list has more items than one request may have."
    CHANGE_SET_CLOSED = (
        "CHANGE_SET_CLOSED",
        "The change set has already been activated, rejected or superseded.",
    )
    SURPLUS_SEATS = (
        "SURPLUS_SEATS",
        "More seats are in use than the new licenses allow; see the change set's `surplusRequirements`.",
    )
    NOT_YET_EFFECTIVE = "NOT_YET_EFFECTIVE", "The change set takes effect later; see its `effectiveAt`."
    REVOCATION_BLOCKED = (
        "REVOCATION_BLOCKED",
        "A license cannot be revoked from one of the users; see `path` and the assignment's `blocker`.",
    )
    NOT_HELD = "NOT_HELD", "The user does not hold the license to be reassigned."
    NOT_ASSIGNABLE = (
        "NOT_ASSIGNABLE",
        "The license cannot be assigned at all, or not to this user, who is retired or of another kind.",
    )
    HAS_ANOTHER_PLAN = "HAS_ANOTHER_PLAN", "The user holds another user plan: reassign instead."
    NO_SEATS = "NO_SEATS", "Fewer seats are available than requested."
    PREREQUISITE_MISSING = "PREREQUISITE_MISSING", "The user lacks a license that this one requires."
    LICENSE_EXPIRED = (
        "LICENSE_EXPIRED",
        "The licenses have expired, including any grace period.",
    )
    FILE_TOO_LARGE = "FILE_TOO_LARGE", "The file is larger than 256 KiB."
    FILE_INVALID = "FILE_INVALID", "The file is not a license file, or a claim in it is missing or malformed."
    SIGNING_KEY_UNKNOWN = "SIGNING_KEY_UNKNOWN", "The file is signed with a key that is not trusted for this vendor."
    SIGNATURE_INVALID = "SIGNATURE_INVALID", "The file was altered, or its signature is invalid."
    LICENSE_KEY_INVALID = "LICENSE_KEY_INVALID", "The file is encrypted, and the license key is missing or wrong."
    SERIAL_NUMBER_MISMATCH = "SERIAL_NUMBER_MISMATCH", "The file is for another installation."
    FILE_EXPIRED = "FILE_EXPIRED", "The file is too old to be imported; ask the vendor for a new one."
    FILE_OUTDATED = "FILE_OUTDATED", "A newer file from this vendor has been received."
    NOT_DEMO = "NOT_DEMO", "The installation is not a demo."
    NO_LICENSE_SERVER = "NO_LICENSE_SERVER", "The vendor has no license server: import a license file."
    VENDOR_UNAVAILABLE = (
        "VENDOR_UNAVAILABLE",
        "The vendor's license server did not respond. Try again later, or import a license file.",
    )
    VENDOR_REFUSED = "VENDOR_REFUSED", "The vendor's license server refused the request; `message` quotes its reason."
    DELIVERY_FAILED = "DELIVERY_FAILED", "The webhook's URL did not accept the test event; see `delivery`."
    CREDENTIALS_INVALID = "CREDENTIALS_INVALID", "No administrator has this login and password."
    RATE_LIMITED = "RATE_LIMITED", "Too many attempts; wait before the next one."
