"""What a vendor's new statement of its licenses changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from licensing.documents.claims import LicenseDates, LicenseGrant
from licensing.enums import LicenseChangeKind, LicenseScope
from licensing.errors import FileInvalid
from licensing.messages import Message


@dataclass(frozen=True)
class LicenseTerms:
    """What a vendor's licenses are, whether in force or stated by a document."""

    owner: str
    dates: LicenseDates
    grants: tuple[LicenseGrant, ...]


@dataclass(frozen=True)
class LicenseChange:
    """What happens to one license.

    Attributes:
        code: The license, within its vendor.
        kind: What happens to it.
        before: The license in force; None if the change adds it.
        after: The license as it will be; None if the change removes it.
        in_use: Seats in use; 0 for a system license.
    """

    code: str
    kind: LicenseChangeKind
    before: LicenseGrant | None
    after: LicenseGrant | None
    in_use: int

    @property
    def grant(self) -> LicenseGrant:
        """The license as it will be, or as it was if the change removes it."""
        grant = self.after or self.before
        assert grant is not None
        return grant

    @property
    def name(self) -> str:
        """Its name in the change set."""
        return self.grant.name

    @property
    def previous_name(self) -> str | None:
        """Its name before; None if the change adds it."""
        return self.before.name if self.before else None

    @property
    def description(self) -> str | None:
        """What it gives, in a sentence."""
        return self.grant.description

    @property
    def scope(self) -> LicenseScope:
        """Whom it covers."""
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
        """Codes of the features that holders of a plan gain."""
        return _includes_without(self.after, self.before)

    @property
    def lost_features(self) -> tuple[str, ...]:
        """Codes of the features that holders of a plan lose."""
        return _includes_without(self.before, self.after)

    def _total(self, grant: LicenseGrant | None) -> int | None:
        if self.scope is LicenseScope.SYSTEM:
            return None
        return grant.total if grant else 0


def surplus(in_use: int, new_total: int | None) -> int:
    """Seats in use beyond the new total; none if seats are unlimited."""
    return 0 if new_total is None else max(0, in_use - new_total)


def seats_available(total: int | None, in_use: int) -> int | None:
    """Seats left, never below zero; None if unlimited."""
    return None if total is None else max(0, total - in_use)


def diff(
    before: Iterable[LicenseGrant], after: Iterable[LicenseGrant], in_use: Mapping[str, int]
) -> list[LicenseChange]:
    """The licenses that differ, in the vendor's order; hidden ones are not listed.

    Args:
        before: Licenses in force.
        after: Licenses that will be.
        in_use: Seats in use by code; none where missing.

    Raises:
        FileInvalid: A license changes its scope, or becomes or stops being a plan.
    """
    old, new = list(before), list(after)
    check_immutable(old, new)
    shown_before, shown_after = _shown(old), _shown(new)
    changes = []
    for code in shown_before.keys() | shown_after.keys():
        was, will_be = shown_before.get(code), shown_after.get(code)
        if kind := _kind(was, will_be):
            change = LicenseChange(code, kind, was, will_be, in_use=0)
            if change.scope is LicenseScope.USER:
                change = LicenseChange(code, kind, was, will_be, in_use.get(code, 0))
            changes.append(change)
    return sorted(changes, key=lambda change: (change.grant.sort, change.code))


def check_immutable(before: Iterable[LicenseGrant], after: Iterable[LicenseGrant]) -> None:
    """Check that no license changes what kind of thing its code stands for, hidden ones included.

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
    """Whether both state the same in everything: owner, dates and licenses, hidden ones and order included."""
    return (before.owner, before.dates, _by_code(before.grants)) == (after.owner, after.dates, _by_code(after.grants))


def _shown(grants: Iterable[LicenseGrant]) -> dict[str, LicenseGrant]:
    return {grant.code: grant for grant in grants if not grant.hidden}


def _kind(before: LicenseGrant | None, after: LicenseGrant | None) -> LicenseChangeKind | None:
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
    """What an administrator sees change besides seats."""
    texts = (grant.name, grant.names, grant.description, grant.descriptions)
    return (*texts, grant.requires, frozenset(grant.includes))


def _by_code(grants: Iterable[LicenseGrant]) -> dict[str, LicenseGrant]:
    # Codes and kinds of user are sets, whatever order they are written in, and a default may be written out.
    return {
        grant.code: replace(grant, includes=tuple(sorted(grant.includes)), kinds=tuple(sorted(grant.user_kinds)))
        for grant in grants
    }


def _includes_without(this: LicenseGrant | None, that: LicenseGrant | None) -> tuple[str, ...]:
    others = that.includes if that else ()
    return tuple(code for code in (this.includes if this else ()) if code not in others)
