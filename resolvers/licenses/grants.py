"""Writing the licenses that a vendor grants."""

from collections.abc import Sequence
from typing import Any

from licensing.documents.claims import LicenseGrant
from models.db.bulk import insert_rows, update_rows
from models.license import License
from models.user import sort_key
from models.vendor import Vendor
from resolvers.licenses.catalog import VendorLicenses


async def write_grants(vendor: Vendor, before: VendorLicenses, grants: Sequence[LicenseGrant]) -> None:
    """Put grants in force and end the vendor's other licenses; rows that are up to date are not written."""
    codes = {grant.code for grant in grants}
    ended = [row.id for row in before.by_code.values() if row.in_force and row.code not in codes]
    if ended:
        await License.filter(id__in=ended).update(in_force=False)
    changed = []
    for grant in grants:
        row = before.by_code.get(grant.code)
        if row and not (row.in_force and row.grant == grant):
            changed.append({"id": row.id, **_columns(grant)})
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
            if grant.code not in before.by_code
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
