"""Refusals, named for the fact. Each says what happened, then what to do next.

LicensingError
├── about the request
│   ├── NotFound               the ID names nothing here
│   ├── Invalid                a value is blank, malformed or out of range
│   ├── TooManyItems           the list is longer than one call takes
│   ├── CredentialsInvalid     no administrator has this login and password
│   └── RateLimited            too many tries
├── about a change set
│   ├── ChangeSetClosed        activated, rejected or superseded already
│   ├── NotYetEffective        it takes effect later
│   ├── LicenseExpired         expired, grace included
│   └── SurplusSeats           more seats in use than it allows
├── about who holds what
│   ├── RevocationBlocked      the license cannot be taken from a user
│   ├── NotHeld                the user does not hold it
│   ├── NotAssignable          the license is not for users, or not for this one
│   ├── HasAnotherPlan         the user holds another plan
│   ├── NoSeats                too few seats are available
│   └── PrerequisiteMissing    the user lacks a license that this one requires
├── about a license file
│   ├── FileTooLarge           over 256 KiB
│   ├── FileInvalid            no license file, or a claim missing or malformed
│   ├── SigningKeyUnknown      signed with a key that is not trusted
│   ├── SignatureInvalid       altered, or not signed by that key
│   ├── LicenseKeyInvalid      encrypted, and not opened by the key
│   ├── SerialNumberMismatch   for another installation
│   ├── FileExpired            too old to be imported
│   └── FileOutdated           a newer one has been received
├── about a vendor
│   ├── NotDemo                the installation has been bought already
│   ├── NoLicenseServer        there is none to ask
│   ├── VendorUnavailable      it did not answer
│   └── VendorRefused          it said no
└── about a webhook
    └── DeliveryFailed         its address did not take the test event
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from licensing.enums import RevocationBlocker, UserErrorCode
from licensing.messages import Message


class LicensingError(Exception):
    """What was asked is not done, and why.

    Attributes:
        code: The reason, for programs.
        template: The reason in English, with the names of its facts in braces; see `licensing.wording`.
        path: Where in the input the fault lies, as in `["input", "userIds", "2"]`; None if in no one place.
        words: The reason and the next step.
    """

    code: ClassVar[UserErrorCode]
    template: str

    def __init__(self, path: Sequence[str] | None = None, **facts: object) -> None:
        """Make words of the template and what it names."""
        self.path = None if path is None else list(path)
        self.message = Message(self.template, **facts)
        super().__init__(str(self.message))


class NotFound(LicensingError):
    """The ID names nothing that the caller can see."""

    code = UserErrorCode.NOT_FOUND
    template = "There is nothing here with this ID. It may be gone: read the list again and choose from it."


class Invalid(LicensingError):
    """A value is blank, malformed or out of range; `reason` says in sentences which and how to mend it."""

    code = UserErrorCode.INVALID
    template = "{reason}"

    def __init__(self, path: Sequence[str] | None = None, *, reason: Message) -> None:
        """Say so in the reason's own words."""
        super().__init__(path, reason=reason)


class TooManyItems(LicensingError):
    """The list holds `count` items, more than the `limit` of one call."""

    code = UserErrorCode.TOO_MANY_ITEMS
    template = "{count:item was|items were} given, and one call takes at most {limit}. Split the list over calls."


class CredentialsInvalid(LicensingError):
    """No administrator has this login and password."""

    code = UserErrorCode.CREDENTIALS_INVALID
    template = "No administrator has this login and password. Check both, then try again."


class RateLimited(LicensingError):
    """Too many tries; the next may be made after `retry_after` seconds."""

    code = UserErrorCode.RATE_LIMITED
    template = "There were too many tries. Wait {retry_after:second|seconds}, then try again."


class ChangeSetClosed(LicensingError):
    """The change set has been activated, rejected or superseded."""

    code = UserErrorCode.CHANGE_SET_CLOSED
    template = (
        "This change set has been activated, rejected or superseded, and nothing more can be done with it. "
        "Review the vendor's latest one instead."
    )


class NotYetEffective(LicensingError):
    """The change set takes effect at `effective_at`, which is later."""

    code = UserErrorCode.NOT_YET_EFFECTIVE
    template = "The new licenses take effect at {effective_at}. Activate them then."


class LicenseExpired(LicensingError):
    """The licenses stopped working at `expired_at`, grace included."""

    code = UserErrorCode.LICENSE_EXPIRED
    template = "The licenses expired at {expired_at}, any grace period included. Get renewed licenses from the vendor."


class SurplusSeats(LicensingError):
    """More seats are in use than the new licenses allow; `surplus` has the number for each license by name."""

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
        """Speak of the one license by its name, or list them."""
        if len(surplus) == 1:
            [(license, seats)] = surplus.items()
            super().__init__(path, surplus=dict(surplus), license=license, seats_to_remove=seats)
        else:
            self.template = self.template_for_several
            super().__init__(path, surplus=dict(surplus))


class RevocationBlocked(LicensingError):
    """`license` cannot be taken from `user`; `blocker` says why."""

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
        """Choose the words by the blocker."""
        if blocker is RevocationBlocker.REQUIRED:
            self.template = self.template_if_required
        super().__init__(path, user=user, license=license, blocker=blocker)


class NotHeld(LicensingError):
    """`user` does not hold `license`."""

    code = UserErrorCode.NOT_HELD
    template = "{user} does not hold {license}. Read who holds it again, and choose among them."


class NotAssignable(LicensingError):
    """`license` is not one that users hold, or, if a `user` is given, not one that this user can hold."""

    code = UserErrorCode.NOT_ASSIGNABLE
    template = "{license} is not a license that users hold. Choose a user license."
    template_for_user = (
        "{user} cannot hold {license}: they have left, or it is for other kinds of users. "
        "Choose another user or another license."
    )

    def __init__(self, path: Sequence[str] | None = None, *, license: str, user: str | None = None) -> None:
        """Speak of the user if there is one."""
        if user is None:
            super().__init__(path, license=license)
        else:
            self.template = self.template_for_user
            super().__init__(path, license=license, user=user)


class HasAnotherPlan(LicensingError):
    """`user` holds `plan`, and so cannot be given `license`, another plan; without `plan` it is another vendor's."""

    code = UserErrorCode.HAS_ANOTHER_PLAN
    template = "{user} holds another user plan, {plan}. Reassign them from {plan} to {license} instead."
    template_for_another_vendor = (
        "{user} holds a user plan of another vendor. "
        "Have an administrator reassign them from it to {license}, or choose another user."
    )

    def __init__(self, path: Sequence[str] | None = None, *, user: str, license: str, plan: str | None = None) -> None:
        """Name the plan if it may be named."""
        if plan is None:
            self.template = self.template_for_another_vendor
            super().__init__(path, user=user, license=license)
        else:
            super().__init__(path, user=user, license=license, plan=plan)


class NoSeats(LicensingError):
    """`wanted` seats of `license` were asked for, and only `available` are left."""

    code = UserErrorCode.NO_SEATS
    template = (
        "{license} has {available:seat|seats} left, and {wanted:was|were} asked for. "
        "Take the license from other users first, or buy more seats."
    )


class PrerequisiteMissing(LicensingError):
    """`user` lacks `required`, which `license` requires."""

    code = UserErrorCode.PREREQUISITE_MISSING
    template = "{license} requires {required}, which {user} does not hold. Assign {required} first."


class FileTooLarge(LicensingError):
    """The file is larger than any license file."""

    code = UserErrorCode.FILE_TOO_LARGE
    template = "The file is larger than 256 KiB, so it is no license file. Choose the file that the vendor sent."


class FileInvalid(LicensingError):
    """The file is no license file, or makes no sense; `reason` says why, in a clause without full stop."""

    code = UserErrorCode.FILE_INVALID
    template = "The license file cannot be used: {reason}. Choose the file that the vendor sent, or ask for a new one."

    def __init__(self, path: Sequence[str] | None = None, *, reason: Message) -> None:
        """Take the reason in."""
        super().__init__(path, reason=reason)


class SigningKeyUnknown(LicensingError):
    """The file is signed with the key `key_id`, which is not trusted, or not for this vendor, or not now."""

    code = UserErrorCode.SIGNING_KEY_UNKNOWN
    template = (
        "The license file is signed with a key that is not trusted for this vendor: {key_id}. "
        "If the vendor confirms that the key is its own, have the operator of this system trust it."
    )


class SignatureInvalid(LicensingError):
    """The file was altered after it was signed, or never signed with the key that it names, if it is not `nameless`."""

    code = UserErrorCode.SIGNATURE_INVALID
    template = (
        "The license file was altered after it was signed, or its signature is not one. "
        "Get it from the vendor again, and import it unaltered."
    )
    template_if_nameless = (
        "No key that is trusted here signed the license file as it is: it was altered, or the key is not trusted. "
        "Get it from the vendor again, or have the operator of this system trust the vendor's key."
    )

    def __init__(self, path: Sequence[str] | None = None, *, nameless: bool = False) -> None:
        """Choose the words by whether the file names its key, so that one knows which it should be."""
        if nameless:
            self.template = self.template_if_nameless
        super().__init__(path)


class LicenseKeyInvalid(LicensingError):
    """The file is encrypted, and the license key is another, or is `missing`."""

    code = UserErrorCode.LICENSE_KEY_INVALID
    template = "The license file is encrypted with another license key. Give the key of the license that it is for."
    template_if_missing = "The license file is encrypted. Give the license key that the vendor sent, too."

    def __init__(self, path: Sequence[str] | None = None, *, missing: bool = False) -> None:
        """Choose the words by whether there is a key."""
        if missing:
            self.template = self.template_if_missing
        super().__init__(path)


class SerialNumberMismatch(LicensingError):
    """The file is for the serial number `stated`, and the installation has `expected`."""

    code = UserErrorCode.SERIAL_NUMBER_MISMATCH
    template = (
        "The license file is for serial number {stated}, and this installation has {expected}. "
        "Ask the vendor for a file for {expected}."
    )


class FileExpired(LicensingError):
    """The file could be imported until `expired_at`."""

    code = UserErrorCode.FILE_EXPIRED
    template = "The license file could be imported until {expired_at}. Ask the vendor for a new one."


class FileOutdated(LicensingError):
    """A newer file of this vendor has been received."""

    code = UserErrorCode.FILE_OUTDATED
    template = "A newer license file of this vendor has been received. Import the latest one that the vendor sent."


class NotDemo(LicensingError):
    """The installation is not a demo."""

    code = UserErrorCode.NOT_DEMO
    template = "This installation is not a demo. To get more licenses, buy them in the vendor's store."


class NoLicenseServer(LicensingError):
    """`vendor`, by name, has no license server."""

    code = UserErrorCode.NO_LICENSE_SERVER
    template = "{vendor} has no license server to ask. Import the license file that the vendor sent."


DID_NOT_ANSWER = Message("did not answer")


class VendorUnavailable(LicensingError):
    """The license server of `vendor`, by name, gave no answer of use; `happened` says in a clause what it did."""

    code = UserErrorCode.VENDOR_UNAVAILABLE
    template = "The license server of {vendor} {happened}. Try again later, or import a license file."

    def __init__(self, path: Sequence[str] | None = None, *, vendor: str, happened: Message = DID_NOT_ANSWER) -> None:
        """Say what happened, if more is known than that it did not answer."""
        super().__init__(path, vendor=vendor, happened=happened)


class VendorRefused(LicensingError):
    """The vendor's license server said no, and `said` why."""

    code = UserErrorCode.VENDOR_REFUSED
    template = 'The vendor\'s license server said no: "{said}" Contact the vendor, or import a license file.'

    def __init__(self, path: Sequence[str] | None = None, *, said: Message | str) -> None:
        """Take in what it said; a text is the vendor's own, and ends as a sentence does."""
        if isinstance(said, str) and not said.endswith((".", "!", "?", "…")):
            said += "."
        super().__init__(path, said=said)


class DeliveryFailed(LicensingError):
    """The webhook's address did not take the test event."""

    code = UserErrorCode.DELIVERY_FAILED
    template = "The address {error}. Correct the address or what answers there, then send a test event again."

    def __init__(self, path: Sequence[str] | None = None, *, error: Message) -> None:
        """Take in what went wrong."""
        super().__init__(path, error=error)
