"""Activation plans: what applying a license document would change, and whether it may be applied."""

from dataclasses import dataclass
from datetime import datetime

from licensing.activation_policy import activation_error, date_error, surplus_error
from licensing.diff import GrantChange, LicenseTerms, diff, is_unchanged
from licensing.documents.claims import LicenseClaims, LicenseDates, LicenseGrant
from models.vendor import Vendor
from resolvers.context import Context
from resolvers.licenses.catalog import Catalog, VendorLicenses, load_installation_catalog
from resolvers.licenses.seat_plan import Moves, Revocations, SeatPlan, empty_seat_plan, plan_seats
from resolvers.unit_of_work import UnitOfWork


@dataclass(slots=True)
class ActivationPlan:
    """The activation of a license document, made of what was loaded under the installation's lock.

    Attributes:
        vendor: The vendor that issued the license document.
        claims: The claims of the license document.
        catalog: The installation's licenses before the activation.
        before: The vendor's terms in force.
        seats: Seats that are revoked and assigned with the activation.
        changes: What changes, with the seats in use once `seats` is applied.
    """

    vendor: Vendor
    claims: LicenseClaims
    catalog: Catalog
    before: LicenseTerms
    seats: SeatPlan
    changes: list[GrantChange]

    @property
    def licenses(self) -> VendorLicenses:
        """The vendor's licenses before the activation."""
        return self.catalog.of_vendor(self.vendor.id)

    @property
    def after(self) -> LicenseTerms:
        """The terms that the license document grants."""
        return LicenseTerms(self.claims.owner, self.claims.dates, self.claims.licenses)

    @property
    def is_unchanged(self) -> bool:
        """Whether the license document grants exactly what is in force."""
        return is_unchanged(self.before, self.after)

    async def change_seats(self, context: Context, revocations: Revocations, moves: Moves) -> None:
        """Revoke and move users' licenses with the activation.

        Raises:
            LicensingError: As for `plan_seats`.
        """
        granted: dict[str, LicenseGrant] = {f"{self.vendor.key}.{grant.code}": grant for grant in self.claims.licenses}
        self.seats = await plan_seats(context, self.catalog, granted, revocations, moves)
        self.changes = _changes(self.vendor, self.claims, self.catalog, self.seats)

    def check_dates(self, now: datetime) -> None:
        """Check that the licenses are in effect and not expired.

        Raises:
            NotYetEffective: They take effect later.
            LicenseExpired: They are past their expiry and grace period.
        """
        if error := date_error(self.claims.dates, self.claims.effective_at, now):
            raise error

    def check_surplus(self) -> None:
        """Check that no more seats are in use than the license document allows.

        Raises:
            SurplusSeats: More seats are in use.
        """
        if error := surplus_error(self.changes):
            raise error

    def can_activate(self, now: datetime) -> bool:
        """Return whether both checks pass."""
        return activation_error(self.changes, self.claims.dates, self.claims.effective_at, now) is None


async def plan_activation(unit: UnitOfWork, vendor: Vendor, claims: LicenseClaims) -> ActivationPlan:
    """Read the licenses in force, in one statement, and plan the activation of a license document.

    Raises:
        FileInvalid: A license changes its scope, or becomes or stops being a plan.
    """
    catalog = await load_installation_catalog(unit.installation.id)
    seats = empty_seat_plan(catalog)
    dates = LicenseDates(
        warn_at=vendor.warn_at,
        expires_at=vendor.expires_at,
        grace_ends_at=vendor.grace_ends_at,
        maintenance_ends_at=vendor.maintenance_ends_at,
    )
    before = catalog.of_vendor(vendor.id).terms(dates, unit.installation.license_owner)
    return ActivationPlan(vendor, claims, catalog, before, seats, _changes(vendor, claims, catalog, seats))


def _changes(vendor: Vendor, claims: LicenseClaims, catalog: Catalog, seats: SeatPlan) -> list[GrantChange]:
    licenses = catalog.of_vendor(vendor.id)
    codes = licenses.by_code.keys() | {grant.code for grant in claims.licenses}
    in_use = {code: seats.in_use[f"{vendor.key}.{code}"] for code in codes}
    return diff(licenses.grants, claims.licenses, in_use)
