"""Data loaders: batched reads of related objects, one statement per level of a document, cached for a request."""

from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import Any, TypeVar

from strawberry.dataloader import DataLoader

from licensing.enums import LicenseUpdateStatus, RevocationBlocker, SuggestionReason
from models.api_token import ApiToken
from models.db.select import Row
from models.webhook import Webhook, WebhookDelivery
from resolvers.audit import log
from resolvers.auth import api_tokens
from resolvers.change_sets import change_sets, read_model
from resolvers.change_sets.read_model import ChangeSetView, LicenseChangeView
from resolvers.context import Context
from resolvers.licenses import assignment_queries, assignments, catalog
from resolvers.licenses.assignment_queries import AssignmentRow
from resolvers.licenses.catalog import Catalog, LicenseCriteria, LicenseRow
from resolvers.pagination import Page, PageRequest
from resolvers.user_criteria import UserCriteria, UserOrdering
from resolvers.users import users
from resolvers.vendors import vendors
from resolvers.vendors.vendors import InstallationRow, VendorRow
from resolvers.webhooks import webhooks

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def keyed_loader(load: Callable[[Sequence[K]], Awaitable[Mapping[K, V]]]) -> DataLoader[K, V | None]:
    """Return a loader over a function that returns values by key; missing values are None."""

    async def load_all(keys: list[K]) -> list[V | None]:
        values = await load(keys)
        return [values.get(key) for key in keys]

    return DataLoader(load_all)


class Loaders:
    """The data loaders of a request, cached in its context until data changes."""

    def __init__(self, context: Context) -> None:
        """Store the context; each loader is created on first use."""
        self.context = context

    @classmethod
    def of(cls, context: Context) -> "Loaders":
        """Return the loaders of a context."""
        return context.cached(cls)

    async def catalog(self) -> Catalog:
        """Return all licenses."""
        return await self.context.cached_read(catalog.load_catalog)

    async def all_vendors(self) -> list[VendorRow]:
        """Return all vendors, the main vendor first."""
        return await self.context.cached_read(vendors.load_vendors)

    async def installation(self) -> InstallationRow:
        """Return the caller's installation."""
        return await self.context.cached_read(vendors.load_installation)

    async def pending_changes(self) -> list[ChangeSetView]:
        """Return the change sets that need attention."""
        return await self.context.cached_read(change_sets.pending_changes)

    @cached_property
    def license(self) -> DataLoader[int, LicenseRow | None]:
        """Licenses by ID."""

        async def load(_: Sequence[int]) -> Mapping[int, LicenseRow]:
            return (await self.catalog()).by_id

        return keyed_loader(load)

    @cached_property
    def vendor(self) -> DataLoader[int, VendorRow | None]:
        """Vendors by ID."""

        async def load(_: Sequence[int]) -> Mapping[int, VendorRow]:
            return {row.id: row for row in await self.all_vendors()}

        return keyed_loader(load)

    @cached_property
    def user(self) -> DataLoader[int, Row | None]:
        """Users by ID."""
        return keyed_loader(lambda ids: users.load_users(self.context, ids))

    @cached_property
    def users(self) -> DataLoader[Sequence[int], Mapping[int, Row]]:
        """The users of a page by the IDs on it, read together with those of other pages."""
        return merged_loader(lambda ids: users.load_users(self.context, ids))

    @cached_property
    def assignment(self) -> DataLoader[int, Row | None]:
        """Assignments by ID."""
        return keyed_loader(lambda ids: assignment_queries.load_assignments(self.context, ids))

    @cached_property
    def event(self) -> DataLoader[int, Row | None]:
        """Audit events by ID."""
        return keyed_loader(lambda ids: log.load_events(self.context, ids))

    @cached_property
    def api_token(self) -> DataLoader[int, ApiToken | None]:
        """API tokens by ID."""
        return keyed_loader(lambda ids: api_tokens.load_api_tokens(self.context, ids))

    @cached_property
    def webhook(self) -> DataLoader[int, Webhook | None]:
        """Webhooks by ID."""
        return keyed_loader(lambda ids: webhooks.load_webhooks(self.context, ids))

    @cached_property
    def deliveries_of_webhook(self) -> DataLoader[int, list[WebhookDelivery]]:
        """The latest deliveries by webhook ID."""
        return DataLoader(lambda ids: webhooks.load_deliveries(self.context, ids))

    @cached_property
    def assignments_of_user(self) -> DataLoader[int, list[Row]]:
        """The assignments of a user, by user ID."""

        async def load(user_ids: list[int]) -> list[list[Row]]:
            by_user: dict[int, list[Row]] = {user_id: [] for user_id in user_ids}
            for row in await assignment_queries.load_assignments_of_users(self.context, user_ids):
                by_user[AssignmentRow._make(row).user_id].append(row)
            return list(by_user.values())

        return DataLoader(load)

    @cached_property
    def plan_of_user(self) -> DataLoader[int, LicenseRow | None]:
        """The plan of a user, by user ID."""

        async def load(user_ids: Sequence[int]) -> Mapping[int, LicenseRow]:
            by_id = (await self.catalog()).by_id
            held = await self.assignments_of_user.load_many(list(user_ids))
            return plans(chain.from_iterable(held), by_id)

        return keyed_loader(load)

    @cached_property
    def blocker(self) -> DataLoader[tuple[int, int], RevocationBlocker | None]:
        """The reason why an assignment cannot be revoked, by user ID and license ID."""
        return keyed_loader(lambda holdings: assignments.blockers(self.context, holdings))

    @cached_property
    def blockers(self) -> DataLoader[Sequence[tuple[int, int]], Mapping[tuple[int, int], RevocationBlocker]]:
        """The blockers of a page of assignments, read together with those of other pages."""
        return merged_loader(lambda holdings: assignments.blockers(self.context, holdings))

    @cached_property
    def change_set(self) -> DataLoader[int, ChangeSetView | None]:
        """Change sets by ID."""
        return DataLoader(lambda ids: read_model.load(self.context, ids))

    @cached_property
    def pending_change(self) -> DataLoader[int, ChangeSetView | None]:
        """The change set that needs attention, by vendor ID."""

        async def load(_: Sequence[int]) -> Mapping[int, ChangeSetView]:
            return {change_set.vendor_id: change_set for change_set in await self.pending_changes()}

        return keyed_loader(load)

    @cached_property
    def open_change(self) -> DataLoader[int, LicenseChangeView | None]:
        """The change of a license in an open change set, by license ID."""

        async def load(_: Sequence[int]) -> Mapping[int, LicenseChangeView]:
            open_sets = (change_set for change_set in await self.pending_changes() if change_set.closed_at is None)
            return {
                change.license_id: change
                for change_set in open_sets
                for change in change_set.changes
                if change.license_id
            }

        return keyed_loader(load)

    @cached_property
    def update_status(self) -> DataLoader[int, LicenseUpdateStatus | None]:
        """The update status of a vendor, by vendor ID."""
        return keyed_loader(lambda ids: vendors.load_update_statuses(self.context, ids))

    @cached_property
    def assignments_page(self) -> DataLoader[tuple[int, UserCriteria, UserOrdering, PageRequest], Page[Row]]:
        """Pages of the holders of a license, by license ID and arguments."""
        return grouped_loader(lambda ids, *args: assignment_queries.assignments_pages(self.context, ids, *args))

    @cached_property
    def assignments_count(self) -> DataLoader[tuple[int, UserCriteria], int]:
        """The number of holders of a license, by license ID and criteria."""
        return grouped_loader(lambda ids, criteria: assignment_queries.count_assignments(self.context, ids, criteria))

    @cached_property
    def suggestions(self) -> DataLoader[tuple[int, int], list[tuple[AssignmentRow, SuggestionReason]]]:
        """The suggested revocations by license ID and their number."""
        # The batch size is bounded by the number of parameters that the databases allow in a statement.
        return DataLoader(lambda keys: assignment_queries.suggestions(self.context, keys), max_batch_size=100)

    @cached_property
    def licenses_count(self) -> DataLoader[tuple[int, LicenseCriteria], int]:
        """The number of licenses of a vendor, by vendor ID and criteria."""
        return grouped_loader(lambda ids, criteria: catalog.count_vendors_licenses(self.context, ids, criteria))

    @cached_property
    def licenses_page(self) -> DataLoader[tuple[int, LicenseCriteria, PageRequest], Page[LicenseRow]]:
        """Pages of the licenses of a vendor, by vendor ID and arguments."""
        return grouped_loader(lambda ids, *args: catalog.vendors_licenses_pages(self.context, ids, *args))


def grouped_loader(load: Callable[..., Awaitable[Sequence[V]]]) -> DataLoader[Any, V]:
    """Return a loader whose keys are an ID followed by arguments; IDs with equal arguments are loaded together."""

    async def load_all(keys: list[tuple[Any, ...]]) -> list[V]:
        ids_by_args: dict[tuple[Any, ...], list[int]] = {}
        for id_, *args in keys:
            ids_by_args.setdefault(tuple(args), []).append(id_)
        values: dict[tuple[Any, ...], V] = {}
        for arguments, ids in ids_by_args.items():
            loaded = await load(ids, *arguments)
            values.update(((id_, *arguments), value) for id_, value in zip(ids, loaded, strict=True))
        return [values[key] for key in keys]

    return DataLoader(load_all)


def merged_loader(load: Callable[[Sequence[K]], Awaitable[Mapping[K, V]]]) -> DataLoader[Sequence[K], Mapping[K, V]]:
    """Return a loader whose keys are sequences of inner keys; all inner keys of a batch are loaded together."""

    async def load_all(batches: list[Sequence[K]]) -> list[Mapping[K, V]]:
        values = await load(list(dict.fromkeys(chain.from_iterable(batches))))
        return [values] * len(batches)

    return DataLoader(load_all)


def plans(held: Iterable[Row], catalog: Mapping[int, LicenseRow]) -> dict[int, LicenseRow]:
    """Return the users' plans among the given assignments, by user ID."""
    rows = map(AssignmentRow._make, held)
    return {row.user_id: catalog[row.license_id] for row in rows if row.is_plan}
