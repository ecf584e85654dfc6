"""Batched reads of what hangs off single objects: one statement a level of the document, remembered for a request."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Iterable, Mapping, Sequence
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
from resolvers.change_sets import change_sets
from resolvers.change_sets.read_model import ChangeSetView, LicenseChangeView
from resolvers.context import Context
from resolvers.licenses import assignment_queries, assignments, catalog
from resolvers.licenses.assignment_queries import AssignmentRow
from resolvers.licenses.catalog import Catalog, LicenseFilter, LicenseRow
from resolvers.pagination import Page, PageRequest
from resolvers.users import users
from resolvers.users.users import UserFilter, UserOrder
from resolvers.vendors import vendors
from resolvers.vendors.vendors import InstallationRow, VendorRow
from resolvers.webhooks import webhooks

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def by_key(load: Callable[[Sequence[K]], Awaitable[Mapping[K, V]]]) -> DataLoader[K, V | None]:
    """A loader over a function that gives what it found by key; the rest is None."""

    async def load_all(keys: list[K]) -> list[V | None]:
        found = await load(keys)
        return [found.get(key) for key in keys]

    return DataLoader(load_all)


class Loaders:
    """What a request has read. Dropped as a whole when something changes."""

    def __init__(self, context: Context) -> None:
        """Nothing is read, and no loader made, before it is asked for."""
        self.context = context
        self._reads: dict[Callable[..., Any], asyncio.Task[Any]] = {}

    async def _once(self, read: Callable[[Context], Coroutine[Any, Any, V]]) -> V:
        """What a read that has no key finds: it is done once, whoever of those who ask is ended."""
        if (task := self._reads.get(read)) is None:
            task = self._reads[read] = asyncio.create_task(read(self.context))
        return task.result() if task.done() else await asyncio.shield(task)

    async def catalog(self) -> Catalog:
        """All licenses."""
        return await self._once(catalog.load_catalog)

    async def all_vendors(self) -> list[VendorRow]:
        """All vendors, the main one first."""
        return await self._once(vendors.load_vendors)

    async def installation(self) -> InstallationRow:
        """The caller's installation."""
        return await self._once(vendors.load_installation)

    async def pending_changes(self) -> list[ChangeSetView]:
        """The change sets that want attention."""
        return await self._once(change_sets.pending_changes)

    @cached_property
    def license(self) -> DataLoader[int, LicenseRow | None]:
        """Licenses by id."""

        async def load(_: Sequence[int]) -> Mapping[int, LicenseRow]:
            return (await self.catalog()).by_id

        return by_key(load)

    @cached_property
    def vendor(self) -> DataLoader[int, VendorRow | None]:
        """Vendors by id."""

        async def load(_: Sequence[int]) -> Mapping[int, VendorRow]:
            return {row.id: row for row in await self.all_vendors()}

        return by_key(load)

    @cached_property
    def user(self) -> DataLoader[int, Row | None]:
        """Users by id."""
        return by_key(lambda ids: users.load_users(self.context, ids))

    @cached_property
    def users(self) -> DataLoader[Sequence[int], Mapping[int, Row]]:
        """Users of a page, by their ids, with those of other pages."""
        return merged_loader(lambda ids: users.load_users(self.context, ids))

    @cached_property
    def assignment(self) -> DataLoader[int, Row | None]:
        """Assignments by id."""
        return by_key(lambda ids: assignment_queries.load_assignments(self.context, ids))

    @cached_property
    def event(self) -> DataLoader[int, Row | None]:
        """Audit events by id."""
        return by_key(lambda ids: log.load_events(self.context, ids))

    @cached_property
    def api_token(self) -> DataLoader[int, ApiToken | None]:
        """API tokens by id."""
        return by_key(lambda ids: api_tokens.load_api_tokens(self.context, ids))

    @cached_property
    def webhook(self) -> DataLoader[int, Webhook | None]:
        """Webhooks by id."""
        return by_key(lambda ids: webhooks.load_webhooks(self.context, ids))

    @cached_property
    def deliveries_of_webhook(self) -> DataLoader[int, list[WebhookDelivery]]:
        """The latest tries to tell webhooks something, by webhook id."""
        return DataLoader(lambda ids: webhooks.load_deliveries(self.context, ids))

    @cached_property
    def assignments_of_user(self) -> DataLoader[int, list[Row]]:
        """What users hold, by user id."""

        async def load(user_ids: list[int]) -> list[list[Row]]:
            held: dict[int, list[Row]] = {user_id: [] for user_id in user_ids}
            for row in await assignment_queries.load_assignments_of_users(self.context, user_ids):
                held[AssignmentRow._make(row).user_id].append(row)
            return list(held.values())

        return DataLoader(load)

    @cached_property
    def plan_of_user(self) -> DataLoader[int, LicenseRow | None]:
        """Users' plans, by user id."""

        async def load(user_ids: Sequence[int]) -> Mapping[int, LicenseRow]:
            by_id = (await self.catalog()).by_id
            held = await self.assignments_of_user.load_many(list(user_ids))
            return plans(chain.from_iterable(held), by_id)

        return by_key(load)

    @cached_property
    def blocker(self) -> DataLoader[tuple[int, int], RevocationBlocker | None]:
        """Why assignments cannot be revoked, by user id and license id."""
        return by_key(lambda holdings: assignments.blockers(self.context, holdings))

    @cached_property
    def blockers(self) -> DataLoader[Sequence[tuple[int, int]], Mapping[tuple[int, int], RevocationBlocker]]:
        """The same of a page of assignments, with those of other pages."""
        return merged_loader(lambda holdings: assignments.blockers(self.context, holdings))

    @cached_property
    def change_set(self) -> DataLoader[int, ChangeSetView | None]:
        """Change sets by id."""
        return DataLoader(lambda ids: change_sets.load(self.context, ids))

    @cached_property
    def pending_change(self) -> DataLoader[int, ChangeSetView | None]:
        """The change sets that want attention, by vendor id."""

        async def load(_: Sequence[int]) -> Mapping[int, ChangeSetView]:
            return {change_set.vendor_id: change_set for change_set in await self.pending_changes()}

        return by_key(load)

    @cached_property
    def open_change(self) -> DataLoader[int, LicenseChangeView | None]:
        """What open change sets would do, by license id."""

        async def load(_: Sequence[int]) -> Mapping[int, LicenseChangeView]:
            waiting = (change_set for change_set in await self.pending_changes() if change_set.closed_at is None)
            return {change.license_id: change for one in waiting for change in one.changes if change.license_id}

        return by_key(load)

    @cached_property
    def update_status(self) -> DataLoader[int, LicenseUpdateStatus | None]:
        """Where vendors' new license information stands, by vendor id."""
        return by_key(lambda ids: vendors.load_update_statuses(self.context, ids))

    @cached_property
    def assignments_page(self) -> DataLoader[tuple[int, UserFilter, UserOrder, PageRequest], Page[Row]]:
        """Pages of the holders of licenses, by license id and what is asked for."""
        return grouped_loader(lambda ids, *asked: assignment_queries.assignments_pages(self.context, ids, *asked))

    @cached_property
    def assignments_count(self) -> DataLoader[tuple[int, UserFilter], int]:
        """How many hold a license, by license id and filter."""
        return grouped_loader(lambda ids, filter: assignment_queries.count_assignments(self.context, ids, filter))

    @cached_property
    def suggestions(self) -> DataLoader[tuple[int, int], list[tuple[AssignmentRow, SuggestionReason]]]:
        """Whom to take licenses from, by license id and number."""
        # So many at once as the databases take parameters in a statement.
        return DataLoader(lambda wanted: assignment_queries.suggestions(self.context, wanted), max_batch_size=100)

    @cached_property
    def licenses_count(self) -> DataLoader[tuple[int, LicenseFilter], int]:
        """How many licenses a vendor has, by vendor id and filter."""
        return grouped_loader(lambda ids, filter: catalog.count_vendors_licenses(self.context, ids, filter))

    @cached_property
    def licenses_page(self) -> DataLoader[tuple[int, LicenseFilter, PageRequest], Page[LicenseRow]]:
        """Pages of vendors' licenses, by vendor id and what is asked for."""
        return grouped_loader(lambda ids, *asked: catalog.vendors_licenses_pages(self.context, ids, *asked))


def grouped_loader(load: Callable[..., Awaitable[Sequence[V]]]) -> DataLoader[Any, V]:
    """A loader of what is asked for alike of several ids: keys are an id and the rest of the question."""

    async def load_all(keys: list[tuple[Any, ...]]) -> list[V]:
        ids_by_question: dict[tuple[Any, ...], list[int]] = {}
        for id_, *question in keys:
            ids_by_question.setdefault(tuple(question), []).append(id_)
        found: dict[tuple[Any, ...], V] = {}
        for asked, ids in ids_by_question.items():
            answers = await load(ids, *asked)
            found.update(((id_, *asked), answer) for id_, answer in zip(ids, answers, strict=True))
        return [found[key] for key in keys]

    return DataLoader(load_all)


def merged_loader(load: Callable[[Sequence[K]], Awaitable[Mapping[K, V]]]) -> DataLoader[Sequence[K], Mapping[K, V]]:
    """A loader of what several keys lead to; a question is a tuple of keys, and all are answered at once."""

    async def load_all(questions: list[Sequence[K]]) -> list[Mapping[K, V]]:
        found = await load(list(dict.fromkeys(chain.from_iterable(questions))))
        return [found] * len(questions)

    return DataLoader(load_all)


def plans(held: Iterable[Row], catalog: Mapping[int, LicenseRow]) -> dict[int, LicenseRow]:
    """Users' plans among the assignments given, by user id."""
    rows = map(AssignmentRow._make, held)
    return {row.user_id: catalog[row.license_id] for row in rows if row.is_plan}
