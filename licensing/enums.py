"""The closed sets of words that Seatkeeper speaks, each with the description that the GraphQL schema shows."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class DescribedEnum(StrEnum):
    """A word and what it means."""

    description: str

    def __new__(cls, word: str, description: str = "") -> Self:
        """A member from its word and the sentence that describes it."""
        member = str.__new__(cls, word)
        member._value_ = word
        member.description = description
        return member


class LicenseStatus(DescribedEnum):
    """Where a vendor's licenses stand against their dates."""

    ACTIVE = "ACTIVE", "In force."
    EXPIRING_SOON = "EXPIRING_SOON", "In force, and about to expire."
    IN_GRACE_PERIOD = "IN_GRACE_PERIOD", "Expired, and still working for a short while."
    EXPIRED = "EXPIRED", "Expired."


class LicenseUpdateStatus(DescribedEnum):
    """Where a vendor's new license information stands; where several hold, the first in the order
    BLOCKED_BY_SURPLUS, AWAITING_ACTIVATION, ACTIVATED_AUTOMATICALLY, CHECK_FAILED, REJECTED, UP_TO_DATE.
    """

    UP_TO_DATE = "UP_TO_DATE", "What is in force is the latest."
    ACTIVATED_AUTOMATICALLY = (
        "ACTIVATED_AUTOMATICALLY",
        'New licenses were activated on arrival and nobody has looked yet: "New license activated".',
    )
    AWAITING_ACTIVATION = "AWAITING_ACTIVATION", 'New licenses wait for an administrator: "Activate new license".'
    BLOCKED_BY_SURPLUS = "BLOCKED_BY_SURPLUS", "As above, and seats must be freed first."
    CHECK_FAILED = "CHECK_FAILED", "The latest check failed; see `lastCheck`."
    REJECTED = "REJECTED", "The latest was rejected; the vendor has yet to issue another."


class ActivationPolicy(DescribedEnum):
    """Which change sets are activated on arrival. Never one that leaves a surplus."""

    AUTOMATIC = "AUTOMATIC", "Every one."
    REVIEW_REDUCTIONS = "REVIEW_REDUCTIONS", "Those that take nothing away."
    MANUAL = "MANUAL", "None: an administrator reviews each."


class VendorCheckOutcome(DescribedEnum):
    """How a contact with the license server went."""

    UP_TO_DATE = "UP_TO_DATE", "The licenses in force are the latest."
    CHANGES_FOUND = "CHANGES_FOUND", "A change set was received."
    UNAVAILABLE = "UNAVAILABLE", "The license server did not answer."
    REFUSED = "REFUSED", "The license server refused, as for a wrong serial number."
    UNUSABLE = "UNUSABLE", "What the license server sent could not be used; `message` says why."


class LicenseScope(DescribedEnum):
    """Whom a license covers."""

    SYSTEM = "SYSTEM", "Everyone: it switches on a part of the system."
    USER = "USER", "Those it is assigned to, one seat each."


class UserCategory(DescribedEnum):
    """The tabs of the Users screen."""

    EMPLOYEE = "EMPLOYEE", "Employees: people of the license owner's own company."
    OTHER = "OTHER", "Other users: external, anonymous and system users."


class UserKind(DescribedEnum):
    """Kinds of user."""

    EMPLOYEE = "EMPLOYEE", "Works for the license owner."
    EXTERNAL = "EXTERNAL", "A person from outside."
    ANONYMOUS = "ANONYMOUS", "Visitors who do not log in by name."
    SYSTEM = "SYSTEM", "Another system."

    @property
    def category(self) -> UserCategory:
        """The tab of the Users screen that this kind of user is on."""
        return UserCategory.EMPLOYEE if self is UserKind.EMPLOYEE else UserCategory.OTHER


class UserStatus(DescribedEnum):
    """Where a user stands."""

    ACTIVE = "ACTIVE", "Works here."
    WAITING_FOR_APPROVAL = "WAITING_FOR_APPROVAL", "Has been invited; holds licenses and cannot log in yet."
    RETIRED = "RETIRED", "Has left, and holds no licenses."


class UserOrderField(DescribedEnum):
    """What users can be ordered by."""

    NAME = "NAME", "Full name."
    LOGIN = "LOGIN", "Login name."
    LAST_LOGIN_AT = "LAST_LOGIN_AT", "Last login; never counts as the smallest."


class OrderDirection(DescribedEnum):
    """Which way to order."""

    ASC = "ASC", "Smallest first."
    DESC = "DESC", "Largest first."


class RevocationBlocker(DescribedEnum):
    """Why a license cannot be taken from a user."""

    OPEN_REQUESTS = (
        "OPEN_REQUESTS",
        "The user owns open service requests and would be left without a plan: hand them over, or move the user to"
        " another plan.",
    )
    REQUIRED = "REQUIRED", "Another license they hold requires it."


class ChangeSetStatus(DescribedEnum):
    """How far a change set has come. The last four are final. What policy activates is AUTO_ACTIVATED from the
    license server, ACTIVATED from a file.
    """

    AWAITING_ACTIVATION = "AWAITING_ACTIVATION", "Nothing stands in the way; an administrator has yet to activate it."
    BLOCKED_BY_SURPLUS = "BLOCKED_BY_SURPLUS", "More seats are in use than it allows; some must be freed first."
    AUTO_ACTIVATED = "AUTO_ACTIVATED", "The system activated it on arrival."
    ACTIVATED = "ACTIVATED", "An administrator activated it."
    REJECTED = "REJECTED", "An administrator turned it down."
    SUPERSEDED = "SUPERSEDED", "A newer change set from the same vendor replaced it."


class ChangeSetSource(DescribedEnum):
    """How a change set got here."""

    LICENSE_SERVER = "LICENSE_SERVER", "From the vendor's license server."
    LICENSE_FILE = "LICENSE_FILE", "From an imported license file."
    DEMO_CONVERSION = "DEMO_CONVERSION", "From a demo's conversion to a purchase."


class LicenseChangeKind(DescribedEnum):
    """What happens to a license."""

    ADDED = "ADDED", "It is new."
    INCREASED = "INCREASED", "It gains seats."
    DECREASED = "DECREASED", "It loses seats."
    ALTERED = "ALTERED", "It keeps its seats, and its name, description, prerequisite or contents differ."
    REMOVED = "REMOVED", "It goes away."


class SuggestionReason(DescribedEnum):
    """Why a user will hardly miss a license."""

    CANNOT_LOG_IN = "CANNOT_LOG_IN", "May not log in."
    NEVER_LOGGED_IN = "NEVER_LOGGED_IN", "Has never logged in."
    LEAST_RECENTLY_LOGGED_IN = "LEAST_RECENTLY_LOGGED_IN", "Logged in longest ago."


class RevocationOutcome(DescribedEnum):
    """What became of one user."""

    REVOKED = "REVOKED", "They had the license and have lost it."
    NOT_ASSIGNED = "NOT_ASSIGNED", "They did not have it; nothing changed."
    USER_NOT_FOUND = "USER_NOT_FOUND", "No such user; nothing changed."
    BLOCKED = "BLOCKED", "They keep it; `blocker` says why."


class ImportMode(DescribedEnum):
    """What to do with a license file once it is read."""

    FOLLOW_POLICY = "FOLLOW_POLICY", "As with one from the license server: the vendor's activation policy decides."
    REVIEW = "REVIEW", "Leave it pending, to be reviewed first."
    PREVIEW = "PREVIEW", "Show what it would change, and keep nothing."


class ActorKind(DescribedEnum):
    """Kinds of actor."""

    ADMINISTRATOR = "ADMINISTRATOR", "An administrator, logged in."
    AUDITOR = "AUDITOR", "Someone logged in who may read everything and change nothing."
    API_TOKEN = "API_TOKEN", "An integration, by its API token."
    SYSTEM = "SYSTEM", "The system itself, as when it activates licenses on arrival, or the command line."


class ApiScope(DescribedEnum):
    """What a caller may do. An administrator has them all."""

    LICENSES_READ = (
        "LICENSES_READ",
        "Read vendors, licenses, change sets and surplus requirements; who holds a license needs `USERS_READ`.",
    )
    LICENSES_WRITE = (
        "LICENSES_WRITE",
        "Activate, reject and acknowledge change sets, import files, check for changes, convert a demo.",
    )
    USERS_READ = "USERS_READ", "Read users and who uses which license."
    USERS_WRITE = "USERS_WRITE", "Assign, revoke and reassign users' licenses."
    AUDIT_READ = "AUDIT_READ", "Read the audit log."
    TOKENS_WRITE = "TOKENS_WRITE", "Read, issue and revoke API tokens."
    WEBHOOKS_WRITE = (
        "WEBHOOKS_WRITE",
        "Read and delete webhooks; with the three read scopes, whose data they are sent, make and change them.",
    )


class AuditAction(DescribedEnum):
    """What can be done, one per kind of event."""

    CHANGE_SET_RECEIVED = "CHANGE_SET_RECEIVED", "A change set arrived."
    LICENSES_ACTIVATED = "LICENSES_ACTIVATED", "A change set was put into force."
    ACTIVATION_REFUSED = "ACTIVATION_REFUSED", "An activation was refused."
    CHANGE_SET_REJECTED = "CHANGE_SET_REJECTED", "A change set was turned down."
    CHANGE_SET_ACKNOWLEDGED = "CHANGE_SET_ACKNOWLEDGED", "A change set was marked as seen."
    CHANGE_SET_SUPERSEDED = "CHANGE_SET_SUPERSEDED", "A newer change set replaced one that waited."
    USER_LICENSE_ASSIGNED = "USER_LICENSE_ASSIGNED", "A user got a license."
    USER_LICENSE_REVOKED = "USER_LICENSE_REVOKED", "A user lost a license."
    LICENSE_FILE_REFUSED = "LICENSE_FILE_REFUSED", "A license file was refused."
    VENDOR_CHECK_FAILED = "VENDOR_CHECK_FAILED", "A contact with a license server failed."
    VENDOR_CHANGED = "VENDOR_CHANGED", "A vendor was trusted, changed or removed, or one of its keys was."
    EXPIRY_WARNED = "EXPIRY_WARNED", "A vendor's licenses came near their expiry."
    DEMO_CONVERTED = "DEMO_CONVERTED", "A demo became a purchase."
    USER_CHANGED = "USER_CHANGED", "A user was imported, changed or retired."
    SEATS_REPAIRED = "SEATS_REPAIRED", "Seat counters were mended."
    SIGNED_IN = "SIGNED_IN", "An administrator logged in."
    SIGN_IN_REFUSED = "SIGN_IN_REFUSED", "A login was refused."
    API_TOKEN_CREATED = "API_TOKEN_CREATED", "An API token was issued."
    API_TOKEN_REVOKED = "API_TOKEN_REVOKED", "An API token was revoked."
    WEBHOOK_CREATED = "WEBHOOK_CREATED", "A webhook was made."
    WEBHOOK_CHANGED = "WEBHOOK_CHANGED", "A webhook was changed, or switched on or off by hand."
    WEBHOOK_DISABLED = (
        "WEBHOOK_DISABLED",
        "A webhook was switched off, because its address failed for a day or is gone.",
    )
    WEBHOOK_DELETED = "WEBHOOK_DELETED", "A webhook was deleted."


class UserErrorCode(DescribedEnum):
    """Reasons in `UserError.code`. New ones may be added."""

    NOT_FOUND = "NOT_FOUND", "The ID names nothing the viewer can see."
    INVALID = "INVALID", "A value is blank, malformed or out of range."
    TOO_MANY_ITEMS = "TOO_MANY_ITEMS", "The list holds more items than one call takes."
    CHANGE_SET_CLOSED = (
        "CHANGE_SET_CLOSED",
        "The change set has been activated, rejected or superseded; nothing more can be done with it.",
    )
    SURPLUS_SEATS = (
        "SURPLUS_SEATS",
        "More seats are in use than the new licenses allow; see the change set's `surplusRequirements`.",
    )
    NOT_YET_EFFECTIVE = "NOT_YET_EFFECTIVE", "The change set takes effect later; see its `effectiveAt`."
    REVOCATION_BLOCKED = (
        "REVOCATION_BLOCKED",
        "A license cannot be taken from one of the users; see `path` and the assignment's `blocker`.",
    )
    NOT_HELD = "NOT_HELD", "The user does not hold the license that they were to be moved from."
    NOT_ASSIGNABLE = (
        "NOT_ASSIGNABLE",
        "The license is not one that is assigned, or the user is retired or of a kind it is not for.",
    )
    HAS_ANOTHER_PLAN = "HAS_ANOTHER_PLAN", "The user holds another user plan: reassign instead."
    NO_SEATS = "NO_SEATS", "Fewer seats are available than were asked for."
    PREREQUISITE_MISSING = "PREREQUISITE_MISSING", "The user lacks a license that this one requires."
    LICENSE_EXPIRED = (
        "LICENSE_EXPIRED",
        "The licenses to be activated or assigned are past their expiry and grace period.",
    )
    FILE_TOO_LARGE = "FILE_TOO_LARGE", "The file is larger than 256 KiB."
    FILE_INVALID = "FILE_INVALID", "The file is not a license file, or a statement in it is missing or malformed."
    SIGNING_KEY_UNKNOWN = "SIGNING_KEY_UNKNOWN", "The file is signed with a key that is not trusted for this vendor."
    SIGNATURE_INVALID = "SIGNATURE_INVALID", "The file was altered, or its signature is not one."
    LICENSE_KEY_INVALID = "LICENSE_KEY_INVALID", "The file is encrypted, and the license key is missing or another."
    SERIAL_NUMBER_MISMATCH = "SERIAL_NUMBER_MISMATCH", "The file is for another installation."
    FILE_EXPIRED = "FILE_EXPIRED", "The file is too old to be imported; ask the vendor for a new one."
    FILE_OUTDATED = "FILE_OUTDATED", "A newer file of this vendor has been received."
    NOT_DEMO = "NOT_DEMO", "The installation is not a demo."
    NO_LICENSE_SERVER = "NO_LICENSE_SERVER", "The vendor has no license server: import a license file."
    VENDOR_UNAVAILABLE = (
        "VENDOR_UNAVAILABLE",
        "The vendor's license server did not answer. Try later, or import a license file.",
    )
    VENDOR_REFUSED = "VENDOR_REFUSED", "The vendor's license server said no; its words are in `message`."
    DELIVERY_FAILED = "DELIVERY_FAILED", "The webhook's address did not take the test event; see `delivery`."
    CREDENTIALS_INVALID = "CREDENTIALS_INVALID", "No administrator has this login and password."
    RATE_LIMITED = "RATE_LIMITED", "Too many tries; wait before the next."
