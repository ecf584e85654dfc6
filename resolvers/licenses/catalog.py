"""Licenses in force, and the catalog in which all that refers to a license finds it."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from licensing.enums import LicenseScope
from models.db.select import Row, Select
from models.license import License
from resolvers.context import Context
from resolvers.pagination import INT, Keyset, ListQuery, Page, PageRequest, fetch_batches, fetch_page, fetch_pages
from resolvers.vendors.vendors import tenant_conditions

BY_VENDOR = Keyset("licenses", {"vendor_id": int, "sort": INT, "id": int})
BY_NAME = Keyset("vendor.licenses", {"name_key": str, "id": int})


class LicenseRow(NamedTuple):
    """A license as it is read; `includes` and `requires` are codes."""

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

    def key_of(self, code: str) -> str:
        """The key of a license of the same vendor."""
        return self.key.removesuffix(self.code) + code

    def in_language(self, language: str) -> "LicenseRow":
        """The same with its words in a language, where the vendor has them."""
        if not self.names and not self.descriptions:
            return self
        name = self.names.get(language, self.name)
        return self._replace(name=name, description=self.descriptions.get(language, self.description))


@dataclass(frozen=True, slots=True)
class LicenseFilter:
    """Narrows a list of licenses. All conditions given must hold."""

    vendor: str | None = None
    scope: LicenseScope | None = None
    include_hidden: bool | None = None
    search: str | None = None


class Catalog:
    """All licenses that the caller may see, in force or not, by id and by key: a few dozen, read at once."""

    def __init__(self, rows: Iterable[LicenseRow]) -> None:
        self.by_id = {row.id: row for row in rows}
        self.by_key = {row.key: row for row in self.by_id.values()}

    def in_force(self, key: str) -> LicenseRow | None:
        """The license in force with this key."""
        row = self.by_key.get(key)
        return row if row and row.in_force else None

    def held_as(self, key: str) -> list[LicenseRow]:
        """The licenses whose holders hold the one with this key: itself, and the plans that include it."""
        wanted = self.in_force(key)
        if wanted is None:
            return []
        plans = (
            row for row in self.by_id.values() if row.in_force and row.vendor_id == wanted.vendor_id and row.is_plan
        )
        return [wanted, *(row for row in plans if wanted.code in row.includes)]


async def load_catalog(context: Context) -> Catalog:
    """Reads the catalog, in one statement."""
    visible = _visible(context)
    read = visible.select.project(License, *LicenseRow._fields)
    return Catalog(_rows(context, await visible.select.rows(f"SELECT {read} {visible.from_where()}")))


async def licenses_page(context: Context, filter: LicenseFilter, page: PageRequest) -> Page[LicenseRow]:
    """Licenses in force, by vendor, then in the vendor's order."""
    found = await fetch_page(_listed(context, filter), BY_VENDOR, page, License, LicenseRow._fields)
    return found.of(_rows(context, found.rows))


async def license_batches(context: Context, filter: LicenseFilter) -> AsyncIterator[list[LicenseRow]]:
    """All licenses in force, in the same order, some at once."""

    async def listed() -> ListQuery:
        return _listed(context, filter)

    async for rows in fetch_batches(listed, BY_VENDOR, License, LicenseRow._fields):
        yield _rows(context, rows)


async def vendors_licenses_pages(
    context: Context, vendor_ids: Sequence[int], filter: LicenseFilter, page: PageRequest
) -> list[Page[LicenseRow]]:
    """Licenses in force of each of the vendors, by name, in one statement."""
    listed = _listed(context, filter)
    parts = [f"vendor_id = {listed.select.bind(vendor_id)}" for vendor_id in vendor_ids]
    found = await fetch_pages(listed, parts, BY_NAME, page, License, LicenseRow._fields)
    return [one.of(_rows(context, one.rows)) for one in found]


async def count_licenses(context: Context, filter: LicenseFilter) -> int:
    """How many licenses the pages hold together."""
    return await _listed(context, filter).count()


async def count_vendors_licenses(context: Context, vendor_ids: Sequence[int], filter: LicenseFilter) -> list[int]:
    """How many licenses the pages of each of the vendors hold together."""
    listed = _listed(context, filter)
    of_vendors = listed.from_where(f"vendor_id {listed.select.in_(vendor_ids)}")
    counted = await listed.select.rows(f"SELECT vendor_id, count(*) {of_vendors} GROUP BY vendor_id")
    numbers: dict[int, int] = {vendor_id: number for vendor_id, number in counted}
    return [numbers.get(id_, 0) for id_ in vendor_ids]


def _visible(context: Context) -> ListQuery:
    select = Select()
    return ListQuery(select, "license", tenant_conditions(context, select))


def _listed(context: Context, filter: LicenseFilter) -> ListQuery:
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
        # A key is in lower case as it is: a vendor's and a license's code have no other letters.
        text = filter.search.casefold()
        conditions.append(f"({select.contains('name_key', text)} OR {select.contains('key', text)})")
    return visible.where(*conditions)


def _rows(context: Context, rows: Sequence[Row]) -> list[LicenseRow]:
    return [LicenseRow._make(row).in_language(context.language.tag) for row in rows]
