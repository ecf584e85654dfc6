"""Licenses: the catalog that everything referring to a license is resolved against, and pages of licenses."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from licensing.diff import LicenseTerms
from licensing.documents.claims import LicenseDates, LicenseGrant
from licensing.enums import LicenseScope, UserKind
from licensing.errors import NotFound
from licensing.surplus import seats_available
from models.db.select import Row, Select
from models.license import License
from resolvers.context import Context
from resolvers.pagination import INT, Keyset, ListQuery, Page, PageRequest, fetch_batches, fetch_page, fetch_pages
from resolvers.tenancy import tenant_conditions

BY_VENDOR = Keyset("licenses", {"vendor_id": int, "sort": INT, "id": int})
BY_NAME = Keyset("vendor.licenses", {"name_key": str, "id": int})


class LicenseRow(NamedTuple):
    """A license as it is read; `includes` and `requires` are codes of licenses of the same vendor."""

    id: int
    key: str
    code: str
    name: str
    description: str | None
    scope: str
    vendor_id: int
    is_plan: bool
    includes: Sequence[str]
    is_hidden: bool
    requires: str | None
    total: int | None
    in_use: int
    in_force: bool
    names: dict[str, str]
    descriptions: dict[str, str]
    kinds: Sequence[str] | None = None
    sort: int = 0

    @property
    def available(self) -> int | None:
        """Seats that are not in use; None if unlimited."""
        return seats_available(self.total, self.in_use)

    @property
    def grant(self) -> LicenseGrant:
        """The license as a license document grants it."""
        return LicenseGrant(
            code=self.code,
            name=self.name,
            names=self.names,
            description=self.description,
            descriptions=self.descriptions,
            scope=LicenseScope(self.scope),
            total=self.total,
            plan=self.is_plan,
            hidden=self.is_hidden,
            includes=tuple(self.includes),
            requires=self.requires,
            kinds=None if self.kinds is None else tuple(map(UserKind, self.kinds)),
            sort=self.sort,
        )

    def key_of(self, code: str) -> str:
        """Return the key of a license of the same vendor."""
        return self.key.removesuffix(self.code) + code

    def in_language(self, language: str) -> "LicenseRow":
        """Return the license with its name and description in a language, where the vendor has them."""
        if not self.names and not self.descriptions:
            return self
        name = self.names.get(language, self.name)
        return self._replace(name=name, description=self.descriptions.get(language, self.description))


@dataclass(frozen=True, slots=True)
class LicenseCriteria:
    """Conditions on a list of licenses, all of which must hold."""

    vendor: str | None = None
    scope: LicenseScope | None = None
    include_hidden: bool | None = None
    search: str | None = None


@dataclass(frozen=True, slots=True)
class VendorLicenses:
    """All licenses that a vendor ever granted, by code."""

    by_code: Mapping[str, LicenseRow]

    @property
    def grants(self) -> list[LicenseGrant]:
        """The grants in force."""
        return [row.grant for row in self.by_code.values() if row.in_force]

    @property
    def in_use(self) -> dict[str, int]:
        """Seats in use, by code."""
        return {code: row.in_use for code, row in self.by_code.items()}

    def terms(self, dates: LicenseDates, license_owner: str) -> LicenseTerms:
        """Return what is in force in the form in which a license document grants it."""
        return LicenseTerms(license_owner, dates, tuple(self.grants))


class Catalog:
    """An installation's licenses, in force or not, by ID and by key: a few dozen, read in one statement."""

    def __init__(self, rows: Iterable[LicenseRow]) -> None:
        self.by_id = {row.id: row for row in rows}
        self.by_key = {row.key: row for row in self.by_id.values()}

    @cached_property
    def grants(self) -> dict[str, LicenseGrant]:
        """The grants in force, by license key."""
        return {row.key: row.grant for row in self.by_id.values() if row.in_force}

    def in_force(self, key: str) -> LicenseRow | None:
        """Return the license in force with this key; None if there is none."""
        row = self.by_key.get(key)
        return row if row and row.in_force else None

    def held_as(self, key: str) -> list[LicenseRow]:
        """Return the licenses whose holders hold the one with this key: itself, and the plans that include it."""
        wanted = self.in_force(key)
        if wanted is None:
            return []
        plans = (
            row for row in self.by_id.values() if row.in_force and row.vendor_id == wanted.vendor_id and row.is_plan
        )
        return [wanted, *(row for row in plans if wanted.code in row.includes)]

    def of_vendor(self, vendor_id: int) -> VendorLicenses:
        """Return a vendor's licenses."""
        return VendorLicenses({row.code: row for row in self.by_id.values() if row.vendor_id == vendor_id})

    def require(self, context: Context, license_id: int, *path: str) -> LicenseRow:
        """Return the license in force with this ID.

        Args:
            context: The caller's.
            license_id: The license.
            path: Path to the ID in the input.

        Raises:
            NotFound: There is none in force, or it belongs to a vendor that the caller's token may not access.
        """
        row = self.by_id.get(license_id)
        if row is None or not row.in_force or context.caller.vendor_id not in (None, row.vendor_id):
            raise NotFound(path or None)
        return row

    def visible_to(self, context: Context) -> "Catalog":
        """Return the licenses that the caller may see, with names in the caller's language."""
        vendor_id = context.caller.vendor_id
        visible = (row for row in self.by_id.values() if vendor_id in (None, row.vendor_id))
        return Catalog(row.in_language(context.language.tag) for row in visible)


async def load_installation_catalog(installation_id: int) -> Catalog:
    """Read the licenses of an installation, with names in the vendor's own language, in one statement."""
    select = Select()
    columns = select.project(License, *LicenseRow._fields)
    rows = await select.rows(
        f"SELECT {columns} FROM license WHERE installation_id = {select.bind(installation_id)} ORDER BY id"
    )
    return Catalog(map(LicenseRow._make, rows))


async def load_catalog(context: Context) -> Catalog:
    """Read the licenses that the caller may see, with names in the caller's language, in one statement."""
    return (await load_installation_catalog(context.installation_id)).visible_to(context)


async def licenses_page(context: Context, filter: LicenseCriteria, page: PageRequest) -> Page[LicenseRow]:
    """Return a page of licenses in force, by vendor and then in the vendor's order."""
    found = await fetch_page(_list_query(context, filter), BY_VENDOR, page, License, LicenseRow._fields)
    return found.of(_rows(context, found.rows))


async def license_batches(context: Context, filter: LicenseCriteria) -> AsyncIterator[list[LicenseRow]]:
    """Yield all licenses in force in batches, in the order of `licenses_page`."""

    async def query() -> ListQuery:
        return _list_query(context, filter)

    async for rows in fetch_batches(query, BY_VENDOR, License, LicenseRow._fields):
        yield _rows(context, rows)


async def vendors_licenses_pages(
    context: Context, vendor_ids: Sequence[int], filter: LicenseCriteria, page: PageRequest
) -> list[Page[LicenseRow]]:
    """Return a page of licenses in force of each vendor, by name, in one statement."""
    query = _list_query(context, filter)
    parts = [f"vendor_id = {query.select.bind(vendor_id)}" for vendor_id in vendor_ids]
    found = await fetch_pages(query, parts, BY_NAME, page, License, LicenseRow._fields)
    return [one.of(_rows(context, one.rows)) for one in found]


async def count_licenses(context: Context, filter: LicenseCriteria) -> int:
    """Return the number of licenses on all pages."""
    return await _list_query(context, filter).count()


async def count_vendors_licenses(context: Context, vendor_ids: Sequence[int], filter: LicenseCriteria) -> list[int]:
    """Return the number of licenses on all pages of each vendor."""
    query = _list_query(context, filter)
    of_vendors = query.from_where(f"vendor_id {query.select.in_(vendor_ids)}")
    counted = await query.select.rows(f"SELECT vendor_id, count(*) {of_vendors} GROUP BY vendor_id")
    numbers: dict[int, int] = {vendor_id: number for vendor_id, number in counted}
    return [numbers.get(id_, 0) for id_ in vendor_ids]


def _visible(context: Context) -> ListQuery:
    select = Select()
    return ListQuery(select, "license", tenant_conditions(context, select))


def _list_query(context: Context, filter: LicenseCriteria) -> ListQuery:
    visible = _visible(context)
    select = visible.select
    of_installation = f"installation_id = {select.bind(context.installation_id)}"
    vendors = f"SELECT id FROM vendor WHERE {of_installation} AND removed_at IS NULL"
    if filter.vendor is not None:
        vendors += f" AND key = {select.bind(filter.vendor)}"
    conditions = ["in_force", f"vendor_id IN ({vendors})"]
    if not filter.include_hidden:
        conditions.append("NOT is_hidden")
    if filter.scope is not None:
        conditions.append(f"scope = {select.bind(filter.scope.value)}")
    if filter.search:
        # Keys need no casefolding: the codes of vendors and licenses are in lower case.
        text = filter.search.casefold()
        conditions.append(f"({select.contains('name_key', text)} OR {select.contains('key', text)})")
    return visible.where(*conditions)


def _rows(context: Context, rows: Sequence[Row]) -> list[LicenseRow]:
    return [LicenseRow._make(row).in_language(context.language.tag) for row in rows]
