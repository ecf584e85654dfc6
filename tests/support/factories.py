"""Factories for database rows in tests; each creates only the rows that its arguments name.

The fixtures of the same names in `conftest.py` bind them to the test's installation.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from argon2 import PasswordHasher

from licensing.enums import ActivationPolicy, LicenseScope, UserKind, UserStatus
from licensing.suggestions import idle_since
from models.assignment import Assignment
from models.installation import Installation
from models.license import License
from models.user import User, derived_columns, microseconds, sort_key
from models.vendor import Vendor

ASSIGNED_AT = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
"""The default time of assignments."""


async def make_installation(
    serial_number: str = "1204417838", license_owner: str = "Fjordlys Handel AS", *, is_demo: bool = False
) -> Installation:
    """Create an installation without vendors."""
    return await Installation.create(serial_number=serial_number, license_owner=license_owner, is_demo=is_demo)


async def make_vendor(
    key: str = "superoffice",
    *,
    installation_id: int,
    name: str = "SuperOffice AS",
    is_main: bool = False,
    activation_policy: ActivationPolicy = ActivationPolicy.AUTOMATIC,
    license_server: str | None = None,
    store_url: str | None = None,
    support_url: str | None = None,
    warn_at: datetime | None = None,
    expires_at: datetime | None = None,
    grace_ends_at: datetime | None = None,
) -> Vendor:
    """Create a vendor without keys and licenses."""
    return await Vendor.create(
        installation_id=installation_id,
        key=key,
        name=name,
        is_main=is_main,
        activation_policy=activation_policy.value,
        license_server=license_server,
        store_url=store_url,
        support_url=support_url,
        warn_at=warn_at,
        expires_at=expires_at,
        grace_ends_at=grace_ends_at,
    )


async def make_license(
    key: str,
    *,
    installation_id: int,
    name: str | None = None,
    description: str | None = None,
    scope: LicenseScope = LicenseScope.USER,
    total: int | None = None,
    held_by: int = 0,
    plan: bool = False,
    hidden: bool = False,
    includes: Sequence[str] = (),
    requires: str | None = None,
    kinds: Sequence[UserKind] | None = None,
    sort: int = 0,
    in_force: bool = True,
) -> License:
    """Create a license of an existing vendor, held by `held_by` new employees; unlimited if `total` is None."""
    vendor_key, code = key.split(".", 1)
    vendor = await Vendor.get(installation_id=installation_id, key=vendor_key)
    name = name or code
    license = await License.create(
        installation_id=installation_id,
        vendor_id=vendor.id,
        key=key,
        code=code,
        name=name,
        name_key=sort_key(name),
        description=description,
        scope=scope.value,
        is_plan=plan,
        is_hidden=hidden,
        includes=list(includes),
        requires=requires,
        kinds=None if kinds is None else [kind.value for kind in kinds],
        sort=sort,
        total=total,
        in_force=in_force,
    )
    for number in range(1, held_by + 1):
        await make_user(f"{name} {number:02}", installation_id=installation_id, holds=[key])
    await license.refresh_from_db()
    return license


def quick_hash(password: str) -> str:
    """Return a password hash that is cheap to verify, for tests whose subject is not the hashing."""
    return PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(password)


async def make_user(
    name: str,
    *,
    installation_id: int,
    login: str | None = None,
    holds: Sequence[str] = (),
    kind: UserKind = UserKind.EMPLOYEE,
    status: UserStatus = UserStatus.ACTIVE,
    can_log_in: bool = True,
    is_administrator: bool = False,
    password_hash: str | None = None,
    email: str | None = None,
    group: str | None = None,
    role: str | None = None,
    last_login_at: datetime | None = None,
    open_requests: int = 0,
    assigned_at: datetime = ASSIGNED_AT,
) -> User:
    """Create a user who holds the licenses in `holds`; the default login is the name in lower case with hyphens."""
    login = login or name.casefold().replace(" ", "-")
    user = await User.create(
        installation_id=installation_id,
        login=login,
        name=name,
        email=email,
        kind=kind.value,
        status=status.value,
        group=group,
        role=role,
        can_log_in=can_log_in,
        is_administrator=is_administrator,
        password_hash=password_hash,
        last_login_at=last_login_at,
        open_requests=open_requests,
        **derived_columns(name=name, login=login, email=email, group=group, role=role, last_login_at=last_login_at),
    )
    for key in holds:
        await assign(user, key, assigned_at=assigned_at)
    return user


async def assign(user: User, license_key: str, *, assigned_at: datetime = ASSIGNED_AT) -> Assignment:
    """Assign a license to a user and count the seat."""
    license = await License.get(installation_id=user.installation_id, key=license_key)
    license.in_use += 1
    await license.save(update_fields=["in_use"])
    return await Assignment.create(
        installation_id=user.installation_id,
        license_id=license.id,
        user_id=user.id,
        is_plan=license.is_plan,
        assigned_at=assigned_at,
        assigned_by_kind="SYSTEM",
        assigned_by_name="command line",
        held_since=microseconds(assigned_at),
        idle_since=idle_since(microseconds(assigned_at), user.last_login_key),
        user_name_key=user.name_key,
    )
