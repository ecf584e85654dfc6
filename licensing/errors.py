"""Errors of the licensing rules, named for the fact. Each message says what happened, then what to do next.

LicensingError
├── requests
│   ├── NotFound               the ID does not exist, or the caller may not see it
│   ├── Invalid                a value is blank, malformed or out of range
│   ├── TooManyItems           the list is longer than one request may have
│   ├── CredentialsInvalid     no administrator has this login and password
│   └── RateLimited            too many attempts
├── change sets
│   ├── ChangeSetClosed        already activated, rejected or superseded
│   ├── NotYetEffective        it takes effect later
│   ├── LicenseExpired         expired, including any grace period
│   └── SurplusSeats           more seats are in use than it allows
├── assignments
│   ├── RevocationBlocked      the license cannot be revoked from a user
│   ├── NotHeld                the user does not hold the license
│   ├── NotAssignable          the license is not for users, or not for this one
│   ├── HasAnotherPlan         the user holds another plan
│   ├── NoSeats                too few seats are available
│   └── PrerequisiteMissing    the user lacks a license that this one requires
├── license files, in `licensing.documents.errors`
│   ├── FileTooLarge           larger than 256 KiB
│   ├── FileInvalid            not a license file, or a claim is missing or malformed
│   ├── SigningKeyUnknown      signed with a key that is not trusted
│   ├── SignatureInvalid       altered, or not signed with that key
│   ├── LicenseKeyInvalid      encrypted with another license key
│   ├── SerialNumberMismatch   issued for another installation
│   ├── FileExpired            too old to be imported
│   └── FileOutdated           a newer file has been received
├── vendors
│   ├── NotDemo                the installation is not a demo
│   ├── NoLicenseServer        the vendor has no license server
│   ├── VendorUnavailable      the license server did not respond as expected
│   └── VendorRefused          the license server refused the request
└── webhooks
    └── DeliveryFailed         the URL did not accept the test event
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from licensing.enums import RevocationBlocker, UserErrorCode
from licensing.messages import Message


class LicensingError(Exception):
    """A rule forbids the operation.

    Attributes:
        code: The reason, for programs.
        template: The message in English, with its parameters in braces; see `licensing.messages.Message`.
        path: The input value at fault, such as `["input", "userIds", "2"]`; None if there is no single one.
        message: The reason and the next step, for people.
    """

    code: ClassVar[UserErrorCode]
    template: str

    def __init__(self, path: Sequence[str] | None = None, **params: object) -> None:
        """Build the message from the template and its parameters."""
        self.path = None if path is None else list(path)
        self.message = Message(self.template, **params)
        super().__init__(str(self.message))


class NotFound(LicensingError):
    """The ID does not exist, or the caller may not see its object."""

    code = UserErrorCode.NOT_FOUND
    template = "There is no object with this ID. It may have been removed: reload the list and choose from it."


class Invalid(LicensingError):
    """A value is blank, malformed or out of range; `reason` says in sentences which one, and how to correct it."""

    code = UserErrorCode.INVALID
    template = "{reason}"

    def __init__(self, path: Sequence[str] | None = None, *, reason: Message) -> None:
        """Use the reason as the whole message."""
        super().__init__(path, reason=reason)


class TooManyItems(LicensingError):
    """The list has `count` items, more than the `limit` of one request."""

    code = UserErrorCode.TOO_MANY_ITEMS
    template = "{count:item was|items were} given, and one call takes at most {limit}. Split the list over calls."


class CredentialsInvalid(LicensingError):
    """No administrator has this login and password."""

    code = UserErrorCode.CREDENTIALS_INVALID
    template = "No administrator has this login and password. Check both, then try again."


class RateLimited(LicensingError):
    """Too many attempts were made; the next is allowed after `retry_after` seconds."""

    code = UserErrorCode.RATE_LIMITED
    template = "There were too many attempts. Wait {retry_after:second|seconds}, then try again."


class ChangeSetClosed(LicensingError):
    """The change set has been activated, rejected or superseded."""

    code = UserErrorCode.CHANGE_SET_CLOSED
    template = (
        "This change set has been activated, rejected or superseded, and nothing more can be done with it. "
        "Review the vendor's latest one instead."
    )


class NotYetEffective(LicensingError):
    """The change set takes effect at `effective_at`, in the future."""

    code = UserErrorCode.NOT_YET_EFFECTIVE
    template = "The new licenses take effect at {effective_at}. Activate them then."


class LicenseExpired(LicensingError):
    """The licenses expired at `expired_at`, including any grace period."""

    code = UserErrorCode.LICENSE_EXPIRED
    template = "The licenses expired at {expired_at}, any grace period included. Get renewed licenses from the vendor."


class SurplusSeats(LicensingError):
    """More seats are in use than the new licenses allow; `surplus` maps license names to numbers of seats."""

    code = UserErrorCode.SURPLUS_SEATS
    template = (
        "{seats_to_remove:more seat|more seats} of {license} {seats_to_remove:=is|are} in use than the new licenses "
        "allow. Take the license from {seats_to_remove:user|users}, then activate."
    )
    template_for_several = (
        "More seats are in use than the new licenses allow: {surplus:of}. "
        "Take each license from as many users, then activate."
    )

    def __init__(self, path: Sequence[str] | None = None, *, surplus: Mapping[str, int]) -> None:
        """Name a single license in the sentence, or list several."""
        if len(surplus) == 1:
            [(license, seats)] = surplus.items()
            super().__init__(path, surplus=dict(surplus), license=license, seats_to_remove=seats)
        else:
            self.template = self.template_for_several
            super().__init__(path, surplus=dict(surplus))


class RevocationBlocked(LicensingError):
    """`license` cannot be revoked from `user` because of `blocker`."""

    code = UserErrorCode.REVOCATION_BLOCKED
    template = (
        "{user} owns open service requests and would be left without a user plan. Hand the requests over, "
        "or move {user} from {license} to another plan."
    )
    template_if_required = (
        "{user} holds another license that requires {license}. Take that one first, or let {user} keep {license}."
    )

    def __init__(
        self, path: Sequence[str] | None = None, *, user: str, license: str, blocker: RevocationBlocker
    ) -> None:
        """Choose the template by the blocker."""
        if blocker is RevocationBlocker.REQUIRED:
            self.template = self.template_if_required
        super().__init__(path, user=user, license=license, blocker=blocker)


class NotHeld(LicensingError):
    """`user` does not hold `license`."""

    code = UserErrorCode.NOT_HELD
    template = "{user} does not hold {license}. Read who holds it again, and choose among them."


class NotAssignable(LicensingError):
    """`license` is not a license for users or, if `user` is given, not one for this user."""

    code = UserErrorCode.NOT_ASSIGNABLE
    template = "{license} is not a license that users hold. Choose a user license."
    template_for_user = (
        "{user} cannot hold {license}: they have left, or it is for other kinds of users. "
        "Choose another user or another license."
    )

    def __init__(self, path: Sequence[str] | None = None, *, license: str, user: str | None = None) -> None:
        """Choose the template by whether a user is given."""
        if user is None:
            super().__init__(path, license=license)
        else:
            self.template = self.template_for_user
            super().__init__(path, license=license, user=user)


class HasAnotherPlan(LicensingError):
    """`user` holds `plan` and so cannot be assigned `license`, another plan.

    `plan` is omitted if it belongs to a vendor that the caller may not see.
    """

    code = UserErrorCode.HAS_ANOTHER_PLAN
    template = "{user} holds another user plan, {plan}. Reassign them from {plan} to {license} instead."
    template_for_another_vendor = (
        "{user} holds a user plan of another vendor. "
        "Have an administrator reassign them from it to {license}, or choose another user."
    )

    def __init__(self, path: Sequence[str] | None = None, *, user: str, license: str, plan: str | None = None) -> None:
        """Choose the template by whether the plan may be named."""
        if plan is None:
            self.template = self.template_for_another_vendor
            super().__init__(path, user=user, license=license)
        else:
            super().__init__(path, user=user, license=license, plan=plan)


class NoSeats(LicensingError):
    """`wanted` seats of `license` were requested, and only `available` are left."""

    code = UserErrorCode.NO_SEATS
    template = (
        "{license} has {available:seat|seats} left, and {wanted:was|were} asked for. "
        "Take the license from other users first, or buy more seats."
    )


class PrerequisiteMissing(LicensingError):
    """`user` lacks `required`, which `license` requires."""

    code = UserErrorCode.PREREQUISITE_MISSING
    template = "{license} requires {required}, which {user} does not hold. Assign {required} first."


class NotDemo(LicensingError):
    """The installation is not a demo."""

    code = UserErrorCode.NOT_DEMO
    template = "This installation is not a demo. To get more licenses, buy them in the vendor's store."


class NoLicenseServer(LicensingError):
    """`vendor`, by name, has no license server."""

    code = UserErrorCode.NO_LICENSE_SERVER
    template = "{vendor} has no license server to ask. Import the license file that the vendor sent."


NO_RESPONSE = Message("did not answer")


class VendorUnavailable(LicensingError):
    """The license server of `vendor`, by name, gave no usable response; `happened` is the sentence's predicate."""

    code = UserErrorCode.VENDOR_UNAVAILABLE
    template = "The license server of {vendor} {happened}. Try again later, or import a license file."

    def __init__(self, path: Sequence[str] | None = None, *, vendor: str, happened: Message = NO_RESPONSE) -> None:
        """Say that there was no response, unless something else happened."""
        super().__init__(path, vendor=vendor, happened=happened)


class VendorRefused(LicensingError):
    """The vendor's license server refused the request; `said` is its reason."""

    code = UserErrorCode.VENDOR_REFUSED
    template = (
        'The vendor\'s license server refused the request: "{said}" Contact the vendor, or import a license file.'
    )

    def __init__(self, path: Sequence[str] | None = None, *, said: Message | str) -> None:
        """Quote the reason; a string is the vendor's own text and gets a full stop if it ends without one."""
        if isinstance(said, str) and not said.endswith((".", "!", "?", "…")):
            said += "."
        super().__init__(path, said=said)


class DeliveryFailed(LicensingError):
    """The webhook's URL did not accept the test event; `error` is the sentence's predicate."""

    code = UserErrorCode.DELIVERY_FAILED
    template = "The address {error}. Correct the address or what answers there, then send a test event again."

    def __init__(self, path: Sequence[str] | None = None, *, error: Message) -> None:
        """Require the error."""
        super().__init__(path, error=error)
