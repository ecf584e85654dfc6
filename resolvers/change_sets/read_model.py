"""Change sets under review: open ones compared with what is in force now, closed ones as they were at closing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tortoise import Model

from licensing.activation_policy import activation_error
from licensing.diff import LicenseChange, LicenseTerms, diff
from licensing.documents.document import read_stored
from licensing.enums import ActorKind, ChangeSetSource, ChangeSetStatus, LicenseChangeKind, LicenseScope
from licensing.status import change_set_status
from models.change_set import ChangeSet, ReceivedDocument
from models.db.select import Row, Select
from models.installation import Installation
from models.vendor import Vendor
from resolvers.context import Actor, Context
from resolvers.licenses.grants import VendorLicenses, load_vendor_licenses
from resolvers.pagination import ListQuery

_COLUMNS: Mapping[type[Model], Sequence[str]] = {
    ChangeSet: (
        "id", "vendor_id", "outcome", "source", "received_at", "closed_at", "closed_by_kind", "closed_by_name",
        "acknowledged_at", "rejection_reason", "changes", "previous_license_owner", "previous_expires_at",
    ),
    ReceivedDocument: (
        "license_owner", "serial_number", "effective_at", "expires_at", "grace_ends_at", "maintenance_ends_at",
    ),
    Vendor: ("key", "expires_at"),
    Installation: ("license_owner",),
}  # fmt: skip
_PREFIXES = {ChangeSet: "", ReceivedDocument: "document__", Vendor: "vendor__", Installation: "installation__"}
_NAMES = [_PREFIXES[model] + column for model, columns in _COLUMNS.items() for column in columns]


@dataclass(frozen=True, slots=True)
class LicenseChangeView:
    """What a change set does to one license."""

    change_set_id: int
    code: str
    key: str
    name: str
    previous_name: str | None
    description: str | None
    scope: LicenseScope
    license_id: int | None
    """The license's row; None while this change would add it."""
    kind: LicenseChangeKind
    old_total: int | None
    new_total: int | None
    in_use: int
    surplus: int
    gained_features: list[str]
    """Keys, as those that follow."""
    lost_features: list[str]
    names: Mapping[str, str] = field(default_factory=dict)
    """By language, as those that follow; none of what was closed before they were kept."""
    previous_names: Mapping[str, str] = field(default_factory=dict)
    descriptions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Surplus:
    """A license that must lose users before a change set can be activated."""

    change_set_id: int
    license_id: int
    seats_in_use: int
    seats_available: int
    seats_to_remove: int


@dataclass(frozen=True, slots=True)
class ChangeSetView:
    """A change set: while it is open, compared with what is in force now; once closed, as it was then."""

    id: int
    vendor_id: int
    status: ChangeSetStatus
    source: ChangeSetSource
    received_at: datetime
    changes: list[LicenseChangeView]
    license_owner: str
    previous_license_owner: str | None
    serial_number: str
    effective_at: datetime
    expires_at: datetime | None
    previous_expires_at: datetime | None
    grace_ends_at: datetime | None
    maintenance_ends_at: datetime | None
    can_activate: bool
    closed_at: datetime | None = None
    closed_by: Actor | None = None
    acknowledged_at: datetime | None = None
    rejection_reason: str | None = None

    @property
    def surplus_requirements(self) -> list[Surplus]:
        """What must be freed first; empty once it is closed."""
        if self.status is not ChangeSetStatus.BLOCKED_BY_SURPLUS:
            return []
        return [
            Surplus(self.id, change.license_id, change.in_use, change.new_total or 0, change.surplus)
            for change in self.changes
            if change.surplus and change.license_id
        ]


def visible(context: Context) -> ListQuery:
    """The change sets that the caller may see, with their vendors, documents and installation."""
    select = Select()
    conditions = [
        f"change_set.installation_id = {select.bind(context.installation_id)}",
        "vendor.removed_at IS NULL",
    ]
    if (bound_to := context.caller.vendor_id) is not None:
        conditions.append(f"vendor.id = {select.bind(bound_to)}")
    tables = (
        "change_set JOIN vendor ON vendor.id = change_set.vendor_id "
        "JOIN received_document ON received_document.id = change_set.document_id "
        "JOIN installation ON installation.id = change_set.installation_id"
    )
    return ListQuery(select, tables, conditions)


async def load(context: Context, ids: Sequence[int]) -> list[ChangeSetView | None]:
    """Change sets in the order of their ids, None where the caller can see none; three statements at most."""
    if not ids:
        return []
    seen = visible(context)
    read = ", ".join(seen.select.project(model, *columns) for model, columns in _COLUMNS.items())
    wanted = seen.from_where(f"change_set.id {seen.select.in_(ids)}")
    rows = [_named(row) for row in await seen.select.rows(f"SELECT {read} {wanted}")]
    licenses = await load_vendor_licenses({row["vendor_id"] for row in rows})
    stated = await _stated_terms([row["id"] for row in rows if row["outcome"] is None])
    found = {}
    for row in rows:
        of_vendor = licenses[row["vendor_id"]]
        if (terms := stated.get(row["id"])) is None:
            found[row["id"]] = _closed(row, of_vendor)
        else:
            found[row["id"]] = _open(row, of_vendor, terms, context.now())
    return [found.get(id_) for id_ in ids]


def _named(row: Row) -> dict[str, Any]:
    named = dict(zip(_NAMES, row, strict=True))
    for name, value in named.items():
        if value and name.endswith("_at"):
            named[name] = datetime.fromisoformat(value)
    return named


def review(
    change_set_id: int, vendor_key: str, changes: Iterable[LicenseChange], licenses: VendorLicenses
) -> list[LicenseChangeView]:
    """Changes with keys for codes and with the rows of their licenses."""

    def keys(codes: Iterable[str]) -> list[str]:
        return [f"{vendor_key}.{code}" for code in codes]

    return [
        LicenseChangeView(
            change_set_id=change_set_id,
            code=change.code,
            key=f"{vendor_key}.{change.code}",
            name=change.name,
            previous_name=change.previous_name,
            description=change.description,
            scope=change.scope,
            license_id=licenses.by_code[change.code].id if change.before else None,
            kind=change.kind,
            old_total=change.old_total,
            new_total=change.new_total,
            in_use=change.in_use,
            surplus=change.surplus,
            gained_features=keys(change.gained_features),
            lost_features=keys(change.lost_features),
            names=change.grant.names,
            previous_names=change.before.names if change.before else {},
            descriptions=change.grant.descriptions,
        )
        for change in changes
    ]


async def _stated_terms(open_ids: Sequence[int]) -> dict[int, LicenseTerms]:
    """What the documents of open change sets state, by change set."""
    if not open_ids:
        return {}
    select = Select()
    found = await select.rows(
        "SELECT change_set.id, content, statement FROM change_set JOIN received_document "
        f"ON received_document.id = change_set.document_id WHERE change_set.id {select.in_(open_ids)}"
    )
    terms = {}
    for id_, content, statement in found:
        claims = read_stored(bytes(content), statement)
        terms[id_] = LicenseTerms(claims.owner, claims.dates, claims.licenses)
    return terms


def _open(row: Mapping[str, Any], licenses: VendorLicenses, terms: LicenseTerms, now: datetime) -> ChangeSetView:
    changes = diff(licenses.in_force, terms.grants, licenses.in_use)
    owner = row["installation__license_owner"]
    return ChangeSetView(
        status=change_set_status(None, any(change.surplus for change in changes)),
        changes=review(row["id"], row["vendor__key"], changes, licenses),
        previous_license_owner=None if terms.owner == owner else owner,
        previous_expires_at=row["vendor__expires_at"],
        can_activate=activation_error(changes, terms.dates, row["document__effective_at"], now) is None,
        **_stated(row),
    )


def _closed(row: Mapping[str, Any], licenses: VendorLicenses) -> ChangeSetView:
    changes = []
    for stored in row["changes"]:
        now = licenses.by_code.get(stored["code"])
        changes.append(
            LicenseChangeView(
                **{
                    **stored,
                    "scope": LicenseScope(stored["scope"]),
                    "kind": LicenseChangeKind(stored["kind"]),
                    "license_id": now.id if now else None,
                }
            )
        )
    return ChangeSetView(
        status=ChangeSetStatus(row["outcome"]),
        changes=changes,
        previous_license_owner=row["previous_license_owner"],
        previous_expires_at=row["previous_expires_at"],
        can_activate=False,
        closed_at=row["closed_at"],
        closed_by=Actor(ActorKind(row["closed_by_kind"]), row["closed_by_name"]),
        acknowledged_at=row["acknowledged_at"],
        rejection_reason=row["rejection_reason"],
        **_stated(row),
    )


def _stated(row: Mapping[str, Any]) -> dict[str, Any]:
    """What never changes: how it came and what its document says."""
    return {
        "id": row["id"],
        "vendor_id": row["vendor_id"],
        "source": ChangeSetSource(row["source"]),
        "received_at": row["received_at"],
        "license_owner": row["document__license_owner"],
        "serial_number": row["document__serial_number"],
        "effective_at": row["document__effective_at"],
        "expires_at": row["document__expires_at"],
        "grace_ends_at": row["document__grace_ends_at"],
        "maintenance_ends_at": row["document__maintenance_ends_at"],
    }
