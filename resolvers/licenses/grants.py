"""A vendor's licenses: rows of the table as the grants that the rules compare, and grants written back as rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from licensing.diff import LicenseTerms
from licensing.documents.claims import LicenseDates, LicenseGrant
from licensing.enums import LicenseScope, UserKind
from models.db.bulk import insert_rows, update_rows
from models.db.select import Select
from models.license import License
from models.user import sort_key
from models.vendor import Vendor

_OF_LICENSE = (
    "id", "vendor_id", "in_use", "in_force", "code", "name", "names", "description", "descriptions", "scope", "total",
    "is_plan", "is_hidden", "includes", "requires", "kinds", "sort",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StoredLicense:
    """A license as it is stored, in force or not."""

    id: int
    grant: LicenseGrant
    in_use: int
    in_force: bool


@dataclass(frozen=True, slots=True)
class VendorLicenses:
    """All licenses that a vendor ever granted, by code."""

    by_code: dict[str, StoredLicense]

    @property
    def in_force(self) -> list[LicenseGrant]:
        """What the vendor grants now."""
        return [license.grant for license in self.by_code.values() if license.in_force]

    @property
    def in_use(self) -> dict[str, int]:
        """Seats in use by code."""
        return {code: license.in_use for code, license in self.by_code.items()}

    def terms(self, vendor: Vendor, license_owner: str) -> LicenseTerms:
        """What is in force, as a document would state it."""
        return LicenseTerms(license_owner, dates_of(vendor), tuple(self.in_force))


def dates_of(vendor: Vendor) -> LicenseDates:
    """The dates of a vendor's licenses."""
    return LicenseDates(
        warn_at=vendor.warn_at,
        expires_at=vendor.expires_at,
        grace_ends_at=vendor.grace_ends_at,
        maintenance_ends_at=vendor.maintenance_ends_at,
    )


async def load_vendor_licenses(vendor_ids: Iterable[int]) -> dict[int, VendorLicenses]:
    """Reads all licenses of the vendors, out of force ones included, in one statement."""
    licenses = {vendor_id: VendorLicenses({}) for vendor_id in vendor_ids}
    select = Select()
    read = select.project(License, *_OF_LICENSE)
    for row in await select.rows(f"SELECT {read} FROM license WHERE vendor_id {select.in_(licenses)} ORDER BY id"):
        stored = dict(zip(_OF_LICENSE, row, strict=True))
        grant = LicenseGrant(
            code=stored["code"],
            name=stored["name"],
            names=stored["names"],
            description=stored["description"],
            descriptions=stored["descriptions"],
            scope=LicenseScope(stored["scope"]),
            total=stored["total"],
            plan=stored["is_plan"],
            hidden=stored["is_hidden"],
            includes=tuple(stored["includes"]),
            requires=stored["requires"],
            kinds=None if stored["kinds"] is None else tuple(map(UserKind, stored["kinds"])),
            sort=stored["sort"],
        )
        license = StoredLicense(stored["id"], grant, stored["in_use"], stored["in_force"])
        licenses[stored["vendor_id"]].by_code[grant.code] = license
    return licenses


async def write_grants(vendor: Vendor, stored: VendorLicenses, grants: Sequence[LicenseGrant]) -> None:
    """Puts grants in force and ends what is not among them; rows that are right already are left alone."""
    codes = {grant.code for grant in grants}
    gone = [one.id for code, one in stored.by_code.items() if one.in_force and code not in codes]
    if gone:
        await License.filter(id__in=gone).update(in_force=False)
    changed = []
    for grant in grants:
        old = stored.by_code.get(grant.code)
        if old and not (old.in_force and old.grant == grant):
            changed.append({"id": old.id, **_columns(grant)})
    await update_rows(License, changed)
    await insert_rows(
        License,
        [
            {
                "installation_id": vendor.installation_id,
                "vendor_id": vendor.id,
                "key": f"{vendor.key}.{grant.code}",
                "code": grant.code,
                "in_use": 0,
                **_columns(grant),
            }
            for grant in grants
            if grant.code not in stored.by_code
        ],
    )


def _columns(grant: LicenseGrant) -> dict[str, Any]:
    return {
        "name": grant.name,
        "name_key": sort_key(grant.name),
        "names": grant.names,
        "description": grant.description,
        "descriptions": grant.descriptions,
        "scope": grant.scope.value,
        "is_plan": grant.plan,
        "is_hidden": grant.hidden,
        "includes": list(grant.includes),
        "requires": grant.requires,
        "kinds": None if grant.kinds is None else [kind.value for kind in grant.kinds],
        "sort": grant.sort,
        "total": grant.total,
        "in_force": True,
    }
