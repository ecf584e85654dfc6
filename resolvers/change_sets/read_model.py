"""Change sets as they are read: open ones compared with what is in force now, closed ones as they were at closing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tortoise import Model

from licensing.activation_policy import activation_error
from licensing.diff import GrantChange, LicenseTerms, diff
from licensing.documents.document import read_stored
from licensing.enums import ActorKind, ChangeSetSource, ChangeSetStatus, LicenseChangeKind, LicenseScope
from licensing.errors import NotFound
from licensing.status import change_set_status
from models.change_set import ChangeSet, ReceivedDocument
from models.db.select import Row, Select
from models.installation import Installation
from models.vendor import Vendor
from resolvers.context import Context
from resolvers.licenses.catalog import VendorLicenses, load_installation_catalog
from resolvers.pagination import ListQuery
from resolvers.principals import Actor

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
    """The change of one license in a change set."""

    change_set_id: int
    code: str
    key: str
    name: str
    previous_name: str | None
    description: str | None
    scope: LicenseScope
    license_id: int | None
    """ID of the license; None while this change would add it."""
    kind: LicenseChangeKind
    old_total: int | None
    new_total: int | None
    in_use: int
    surplus: int
    gained_features: list[str]
    """License keys, like `lost_features`."""
    lost_features: list[str]
    names: Mapping[str, str] = field(default_factory=dict)
    """By language, like the following fields; empty in change sets closed before they were stored."""
    previous_names: Mapping[str, str] = field(default_factory=dict)
    descriptions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Surplus:
    """A license from which seats must be removed before a change set can be activated."""

    change_set_id: int
    license_id: int
    seats_in_use: int
    seats_available: int
    seats_to_remove: int


@dataclass(frozen=True, slots=True)
class ChangeSetView:
    """A change set: while open, compared with what is in force now; once closed, as it was at closing."""

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
        """The licenses with a surplus of seats; empty once the change set is closed."""
        if self.status is not ChangeSetStatus.BLOCKED_BY_SURPLUS:
            return []
        return [
            Surplus(self.id, change.license_id, change.in_use, change.new_total or 0, change.surplus)
            for change in self.changes
            if change.surplus and change.license_id
        ]


def visible(context: Context) -> ListQuery:
    """Return the change sets that the caller may see, with their vendors, documents and installation."""
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


@dataclass(frozen=True, slots=True)
class StoredChangeSet:
    """A change set as it is stored, with the file of its license document."""

    id: int
    vendor_id: int
    vendor_name: str
    source: str
    outcome: str | None
    content: bytes
    statement: str | None


async def load_stored(context: Context, change_set_id: int) -> StoredChangeSet:
    """Read a change set with its license document, in one statement.

    Raises:
        NotFound: The caller can see no change set with this ID.
    """
    query = visible(context)
    wanted = query.from_where(f"change_set.id = {query.select.bind(change_set_id)}")
    rows = await query.select.rows(
        f"SELECT change_set.id, vendor.id, vendor.name, source, outcome, content, statement {wanted}"
    )
    if not rows:
        raise NotFound(["input", "changeSetId"])
    return StoredChangeSet(*rows[0])


async def load(context: Context, ids: Sequence[int]) -> list[ChangeSetView | None]:
    """Return change sets in the order of their IDs, None for those the caller cannot see; at most three statements."""
    if not ids:
        return []
    query = visible(context)
    columns = ", ".join(query.select.project(model, *names) for model, names in _COLUMNS.items())
    wanted = query.from_where(f"change_set.id {query.select.in_(ids)}")
    rows = [_row_to_dict(row) for row in await query.select.rows(f"SELECT {columns} {wanted}")]
    catalog = await load_installation_catalog(context.installation_id)
    terms = await _terms([row["id"] for row in rows if row["outcome"] is None])
    found = {}
    for row in rows:
        licenses = catalog.of_vendor(row["vendor_id"])
        if row["id"] in terms:
            found[row["id"]] = _open_view(row, licenses, terms[row["id"]], context.now())
        else:
            found[row["id"]] = _closed_view(row, licenses)
    return [found.get(id_) for id_ in ids]


def _row_to_dict(row: Row) -> dict[str, Any]:
    named = dict(zip(_NAMES, row, strict=True))
    for name, value in named.items():
        if value and name.endswith("_at"):
            named[name] = datetime.fromisoformat(value)
    return named


def change_views(
    change_set_id: int, vendor_key: str, changes: Iterable[GrantChange], licenses: VendorLicenses
) -> list[LicenseChangeView]:
    """Return changes with keys instead of codes, and with the IDs of their licenses."""

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


async def _terms(open_ids: Sequence[int]) -> dict[int, LicenseTerms]:
    """Return the terms that the documents of open change sets grant, by change set ID."""
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


def _open_view(row: Mapping[str, Any], licenses: VendorLicenses, terms: LicenseTerms, now: datetime) -> ChangeSetView:
    changes = diff(licenses.grants, terms.grants, licenses.in_use)
    owner = row["installation__license_owner"]
    return ChangeSetView(
        status=change_set_status(None, any(change.surplus for change in changes)),
        changes=change_views(row["id"], row["vendor__key"], changes, licenses),
        previous_license_owner=None if terms.owner == owner else owner,
        previous_expires_at=row["vendor__expires_at"],
        can_activate=activation_error(changes, terms.dates, row["document__effective_at"], now) is None,
        **_immutable_fields(row),
    )


def _closed_view(row: Mapping[str, Any], licenses: VendorLicenses) -> ChangeSetView:
    changes = []
    for stored in row["changes"]:
        license = licenses.by_code.get(stored["code"])
        changes.append(
            LicenseChangeView(
                **{
                    **stored,
                    "scope": LicenseScope(stored["scope"]),
                    "kind": LicenseChangeKind(stored["kind"]),
                    "license_id": license.id if license else None,
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
        **_immutable_fields(row),
    )


def _immutable_fields(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that never change: the source, and the claims of the license document."""
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
