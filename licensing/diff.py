"""Comparison of a vendor's new licenses with those in force, and the seats that result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from licensing.documents.claims import LicenseDates, LicenseGrant
from licensing.documents.errors import FileInvalid
from licensing.enums import LicenseChangeKind, LicenseScope
from licensing.messages import Message
from licensing.surplus import surplus


@dataclass(frozen=True)
class LicenseTerms:
    """A vendor's licenses with their owner and dates, either in force or from a license document."""

    owner: str
    dates: LicenseDates
    grants: tuple[LicenseGrant, ...]


@dataclass(frozen=True)
class GrantChange:
    """The change of one license.

    Attributes:
        code: The license's code, unique within its vendor.
        kind: The kind of change.
        before: The license in force; None if the change adds it.
        after: The new license; None if the change removes it.
        in_use: Seats in use; 0 for a system license.
    """

    code: str
    kind: LicenseChangeKind
    before: LicenseGrant | None
    after: LicenseGrant | None
    in_use: int

    @property
    def grant(self) -> LicenseGrant:
        """The new license, or the old one if the change removes it."""
        grant = self.after or self.before
        assert grant is not None
        return grant

    @property
    def name(self) -> str:
        """The license's name in the change set."""
        return self.grant.name

    @property
    def previous_name(self) -> str | None:
        """The license's name before; None if the change adds it."""
        return self.before.name if self.before else None

    @property
    def description(self) -> str | None:
        """The license's description in the change set, a sentence; None if it has none."""
        return self.grant.description

    @property
    def scope(self) -> LicenseScope:
        """The license's scope, which no change alters."""
        return self.grant.scope

    @property
    def old_total(self) -> int | None:
        """Seats before; 0 if the change adds it, None if unlimited or a system license."""
        return self._total(self.before)

    @property
    def new_total(self) -> int | None:
        """Seats after; 0 if the change removes it, None if unlimited or a system license."""
        return self._total(self.after)

    @property
    def surplus(self) -> int:
        """Seats in use beyond the new total."""
        return surplus(self.in_use, self.new_total)

    @property
    def gained_features(self) -> tuple[str, ...]:
        """Codes of the features that the holders of a plan gain."""
        return _includes_without(self.after, self.before)

    @property
    def lost_features(self) -> tuple[str, ...]:
        """Codes of the features that the holders of a plan lose."""
        return _includes_without(self.before, self.after)

    def _total(self, grant: LicenseGrant | None) -> int | None:
        if self.scope is LicenseScope.SYSTEM:
            return None
        return grant.total if grant else 0


def diff(before: Iterable[LicenseGrant], after: Iterable[LicenseGrant], in_use: Mapping[str, int]) -> list[GrantChange]:
    """Return the changes between two sets of licenses, in the vendor's order, without hidden licenses.

    Args:
        before: The licenses in force.
        after: The new licenses.
        in_use: Seats in use by code; a missing code has none.

    Raises:
        FileInvalid: A license changes its scope, or becomes or stops being a plan.
    """
    old, new = list(before), list(after)
    check_immutable(old, new)
    visible_before, visible_after = _visible_by_code(old), _visible_by_code(new)
    changes = []
    for code in visible_before.keys() | visible_after.keys():
        old_grant, new_grant = visible_before.get(code), visible_after.get(code)
        if kind := _change_kind(old_grant, new_grant):
            change = GrantChange(code, kind, old_grant, new_grant, in_use=0)
            if change.scope is LicenseScope.USER:
                change = GrantChange(code, kind, old_grant, new_grant, in_use.get(code, 0))
            changes.append(change)
    return sorted(changes, key=lambda change: (change.grant.sort, change.code))


def check_immutable(before: Iterable[LicenseGrant], after: Iterable[LicenseGrant]) -> None:
    """Check that no license, hidden or not, changes its scope, or becomes or stops being a plan.

    Raises:
        FileInvalid: A license changes its scope, or becomes or stops being a plan.
    """
    known = {grant.code: grant for grant in before}
    for grant in after:
        was = known.get(grant.code, grant)
        if was.scope is not grant.scope:
            raise FileInvalid(
                reason=Message(
                    "license `{code}` was of scope {was} and cannot become {scope}",
                    code=grant.code,
                    was=was.scope,
                    scope=grant.scope,
                )
            )
        if was.plan is not grant.plan:
            become = Message("license `{code}` cannot become a plan", code=grant.code)
            stop = Message("license `{code}` cannot stop being a plan", code=grant.code)
            raise FileInvalid(reason=become if grant.plan else stop)


def is_unchanged(before: LicenseTerms, after: LicenseTerms) -> bool:
    """Return whether two terms are equal in owner, dates and licenses, including hidden ones and the sort order."""
    return (before.owner, before.dates, _normalized_by_code(before.grants)) == (
        after.owner,
        after.dates,
        _normalized_by_code(after.grants),
    )


def _visible_by_code(grants: Iterable[LicenseGrant]) -> dict[str, LicenseGrant]:
    return {grant.code: grant for grant in grants if not grant.hidden}


def _change_kind(before: LicenseGrant | None, after: LicenseGrant | None) -> LicenseChangeKind | None:
    if before is None:
        return LicenseChangeKind.ADDED
    if after is None:
        return LicenseChangeKind.REMOVED
    if before.total != after.total:
        # Unlimited is more than any number.
        fewer = after.total is not None and (before.total is None or after.total < before.total)
        return LicenseChangeKind.DECREASED if fewer else LicenseChangeKind.INCREASED
    return None if _contents(before) == _contents(after) else LicenseChangeKind.ALTERED


def _contents(grant: LicenseGrant) -> tuple[object, ...]:
    """Return the values, besides seats, whose change makes a license ALTERED."""
    texts = (grant.name, grant.names, grant.description, grant.descriptions)
    return (*texts, grant.requires, frozenset(grant.includes))


def _normalized_by_code(grants: Iterable[LicenseGrant]) -> dict[str, LicenseGrant]:
    # The order of features and kinds of user does not matter, nor whether default kinds are written out.
    return {
        grant.code: replace(grant, includes=tuple(sorted(grant.includes)), kinds=tuple(sorted(grant.user_kinds)))
        for grant in grants
    }


def _includes_without(grant: LicenseGrant | None, other: LicenseGrant | None) -> tuple[str, ...]:
    """Return the codes that the first license includes and the second does not."""
    excluded = other.includes if other else ()
    return tuple(code for code in (grant.includes if grant else ()) if code not in excluded)
