"""The filter and the order of lists of users, shared by users and by the holders of licenses."""

from dataclasses import dataclass
from datetime import datetime

from licensing.enums import OrderDirection, UserCategory, UserKind, UserOrderField, UserStatus
from models.db.select import Select
from models.db.user_search import search_condition
from models.user import EPOCH
from resolvers.pagination import Keyset

_SORT_COLUMNS: dict[UserOrderField, tuple[str, type[int] | type[str]]] = {
    UserOrderField.NAME: ("name_key", str),
    UserOrderField.LOGIN: ("login_key", str),
    UserOrderField.LAST_LOGIN_AT: ("last_login_key", int),
}


@dataclass(frozen=True, slots=True)
class UserCriteria:
    """Conditions on a list of users, all of which must hold; None imposes no condition."""

    license_type: str | None = None
    has_license: bool | None = None
    category: UserCategory | None = None
    status: UserStatus | None = None
    """The status; by default all but retired users are listed."""
    can_log_in: bool | None = None
    inactive_since: datetime | None = None
    search: str | None = None

    @property
    def is_license_type_alone(self) -> bool:
        """Return whether the license type is the only condition."""
        return self == UserCriteria(license_type=self.license_type)

    @property
    def reads_redacted_columns(self) -> bool:
        """Return whether the conditions depend on columns that are redacted for API tokens of one vendor."""
        return self.can_log_in is not None or self.inactive_since is not None or bool(self.search)


@dataclass(frozen=True, slots=True)
class UserOrdering:
    """The order of a list of users; ties are broken by ID in the same direction."""

    field: UserOrderField = UserOrderField.NAME
    direction: OrderDirection = OrderDirection.ASC

    def keyset(self, list_name: str, *, of_user: str = "", id_: str = "id") -> Keyset:
        """Return the keyset of the order.

        Args:
            list_name: The name of the list, which its cursors carry.
            of_user: The prefix of the user's columns if they are joined, such as `user__`.
            id_: The column that breaks ties.
        """
        column, kind = _SORT_COLUMNS[self.field]
        return Keyset(list_name, {f"{of_user}{column}": kind, id_: int}, self.direction is OrderDirection.DESC)

    def keyset_of_assignments(self) -> Keyset:
        """Return the keyset of the order for lists of assignments; names are read from their copies."""
        if self.field is UserOrderField.NAME:
            is_descending = self.direction is OrderDirection.DESC
            return Keyset("assignments", {"user_name_key": str, "user_id": int}, is_descending)
        return self.keyset("assignments", of_user="user__", id_="user_id")


async def user_conditions(select: Select, criteria: UserCriteria) -> list[str]:
    """Return the SQL conditions that depend on the table `user` alone, not on licenses."""
    status = criteria.status or UserStatus.RETIRED
    conditions = [f'"user".status {"=" if criteria.status else "<>"} {select.bind(status.value)}']
    if criteria.category is not None:
        is_employee = criteria.category is UserCategory.EMPLOYEE
        conditions.append(f"kind {'=' if is_employee else '<>'} {select.bind(UserKind.EMPLOYEE.value)}")
    if criteria.can_log_in is not None:
        conditions.append(f"can_log_in = {select.bind(criteria.can_log_in)}")
    if criteria.inactive_since is not None:
        microseconds = int((criteria.inactive_since - EPOCH).total_seconds() * 1_000_000)
        conditions.append(f"last_login_key < {select.bind(max(1, microseconds))}")
    if criteria.search:
        conditions.append(await search_condition(select, criteria.search.casefold()))
    return conditions
