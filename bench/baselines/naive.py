"""A straightforward GraphQL server: Strawberry over Tortoise models, with prefetched relations and counted seats.

Set `DATABASE_URL`, then run `uvicorn bench.baselines.naive:app`.
"""

import os
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from enum import Enum
from typing import Any

import strawberry
from starlette.applications import Starlette
from starlette.routing import Route
from strawberry.asgi import GraphQL
from tortoise import Model, fields
from tortoise.contrib.starlette import RegisterTortoise


class LicenseModel(Model):
    id = fields.BigIntField(primary_key=True)
    key = fields.CharField(max_length=201)
    name = fields.CharField(max_length=200)
    total = fields.IntField(null=True)
    sort = fields.IntField()

    class Meta:
        table = "license"


class UserModel(Model):
    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=200)
    login = fields.CharField(max_length=200)
    kind = fields.CharField(max_length=10)
    status = fields.CharField(max_length=30)
    last_login_at = fields.DatetimeField(null=True)
    name_key = fields.CharField(max_length=400)
    assignments: Any

    class Meta:
        table = "user"


class AssignmentModel(Model):
    id = fields.BigIntField(primary_key=True)
    user: Any = fields.ForeignKeyField("models.UserModel", related_name="assignments")
    license: Any = fields.ForeignKeyField("models.LicenseModel", related_name="assignments")
    assigned_at = fields.DatetimeField()

    class Meta:
        table = "assignment"


class PendingModel(Model):
    license: Any = fields.OneToOneField("models.LicenseModel", primary_key=True, related_name="pending")
    total = fields.IntField()

    class Meta:
        table = "bench_pending"


def global_id(kind: str, number: int) -> strawberry.ID:
    return strawberry.ID(b64encode(f"{kind}:{number}".encode()).decode())


@strawberry.enum
class UserCategory(Enum):
    EMPLOYEE = "EMPLOYEE"
    OTHER = "OTHER"


@strawberry.type
class LicenseSeats:
    total: int | None
    in_use: int

    @strawberry.field
    def available(self) -> int | None:
        return None if self.total is None else self.total - self.in_use


@strawberry.type
class License:
    row: strawberry.Private[LicenseModel]
    key: str
    name: str

    @classmethod
    def of(cls, row: LicenseModel) -> "License":
        return cls(row=row, key=row.key, name=row.name)

    @strawberry.field
    def id(self) -> strawberry.ID:
        return global_id("License", self.row.id)

    @strawberry.field
    async def seats(self) -> LicenseSeats:
        return LicenseSeats(total=self.row.total, in_use=await AssignmentModel.filter(license_id=self.row.id).count())


@strawberry.type
class LicenseAssignment:
    row: strawberry.Private[AssignmentModel]
    assigned_at: datetime

    @classmethod
    def of(cls, row: AssignmentModel) -> "LicenseAssignment":
        return cls(row=row, assigned_at=row.assigned_at)

    @strawberry.field
    def id(self) -> strawberry.ID:
        return global_id("LicenseAssignment", self.row.id)

    @strawberry.field
    def license(self) -> License:
        return License.of(self.row.license)

    @strawberry.field
    def user(self) -> "User":
        return User.of(self.row.user)


@strawberry.type
class User:
    row: strawberry.Private[UserModel]
    name: str
    login: str
    last_login_at: datetime | None

    @classmethod
    def of(cls, row: UserModel) -> "User":
        return cls(row=row, name=row.name, login=row.login, last_login_at=row.last_login_at)

    @strawberry.field
    def id(self) -> strawberry.ID:
        return global_id("User", self.row.id)

    @strawberry.field
    def category(self) -> UserCategory:
        return UserCategory.EMPLOYEE if self.row.kind == "EMPLOYEE" else UserCategory.OTHER

    @strawberry.field
    def assignments(self) -> list[LicenseAssignment]:
        held = sorted(self.row.assignments, key=lambda row: (row.license.name, row.license.id))
        return [LicenseAssignment.of(row) for row in held]


@strawberry.type
class PageInfo:
    has_next_page: bool


@strawberry.type
class UserConnection:
    nodes: list[User]
    page_info: PageInfo


@strawberry.type
class LicenseConnection:
    nodes: list[License]


@strawberry.type
class LicenseAssignmentConnection:
    total_count: int
    nodes: list[LicenseAssignment]


@strawberry.type
class SurplusRequirement:
    license: License
    seats_in_use: int
    seats_available: int
    seats_to_remove: int

    @strawberry.field
    async def assignments(self, first: int) -> LicenseAssignmentConnection:
        held = AssignmentModel.filter(license_id=self.license.row.id, user__status__not="RETIRED")
        rows = await held.order_by("user__name_key", "user_id").limit(first).prefetch_related("user")
        return LicenseAssignmentConnection(total_count=await held.count(), nodes=list(map(LicenseAssignment.of, rows)))


@strawberry.input
class UserFilter:
    license_type: str


@strawberry.type
class Query:
    @strawberry.field
    async def users(self, filter: UserFilter, first: int) -> UserConnection:
        holders = UserModel.filter(assignments__license__key=filter.license_type, status__not="RETIRED")
        page = holders.order_by("name_key", "id").limit(first + 1).prefetch_related("assignments__license")
        rows = await page
        return UserConnection(
            nodes=list(map(User.of, rows[:first])), page_info=PageInfo(has_next_page=len(rows) > first)
        )

    @strawberry.field
    async def licenses(self) -> LicenseConnection:
        return LicenseConnection(nodes=list(map(License.of, await LicenseModel.all().order_by("sort", "id"))))

    @strawberry.field
    async def surplus_requirements(self) -> list[SurplusRequirement]:
        required = []
        for pending in await PendingModel.all().order_by("license_id").prefetch_related("license"):
            in_use = await AssignmentModel.filter(license_id=pending.license.id).count()
            if in_use > pending.total:
                seats = {"seats_in_use": in_use, "seats_available": pending.total}
                required.append(
                    SurplusRequirement(
                        license=License.of(pending.license), **seats, seats_to_remove=in_use - pending.total
                    )
                )
        return required


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    url = os.environ["DATABASE_URL"].replace("postgres://", "asyncpg://") + "?minsize=8&maxsize=8"
    async with RegisterTortoise(app, db_url=url, modules={"models": [__name__]}):
        yield


app = Starlette(routes=[Route("/graphql", GraphQL[None, None](strawberry.Schema(Query)))], lifespan=lifespan)
