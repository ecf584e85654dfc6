"""Permissions: every root field declares an access rule; the schema cannot be built without.

A rule is a scope that the caller must have, or a value of `Access`. An object that other scopes reach through a
reference declares a `ReadRule`, and a payload field the scope of its object (`payload_field`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.utils.await_maybe import await_maybe

from licensing.enums import ApiScope
from resolvers.context import Context
from resolvers.errors import RequestError
from resolvers.unit_of_work import retry_on_conflict
from schema.core.user_errors import graphql_error
from schema.execution.cost import Cost, ListSize

Info = strawberry.Info[Context, None]


class Access(Enum):
    """Access rules that require no scope."""

    PUBLIC = "public"
    """The field may be called without credentials."""
    CALLER = "caller"
    """The field needs valid credentials; the result depends on the caller's scopes."""


Rule = ApiScope | Access
Weight = Cost | ListSize


@dataclass(frozen=True, slots=True)
class ReadRule:
    """The scope that is required to read an object, wherever it appears in a response.

    The attributes in `references` identify the object. They require no scope of their own: whoever may read a reference
    to the object may read them. Fields with resolvers require their own scopes.
    """

    scope: ApiScope
    references: frozenset[str]

    def requires(self, attribute: str) -> ApiScope | None:
        """Return the scope that an attribute requires; None if it identifies the object."""
        return None if attribute in self.references else self.scope


class RequireScope(FieldExtension):
    """Rejects callers without the required scope, and adds error codes to rejections."""

    def __init__(self, requires: Rule) -> None:
        self.requires = requires

    async def resolve_async(self, next_: Callable[..., Any], source: Any, info: Info, **arguments: Any) -> Any:
        """Call the resolver if the caller has permission."""
        try:
            self._check(info.context)
            return await await_maybe(next_(source, info, **arguments))
        except RequestError as error:
            raise graphql_error(error) from error

    def resolve(self, next_: Callable[..., Any], source: Any, info: Info, **arguments: Any) -> Any:
        """Read an attribute if the caller has permission."""
        try:
            self._check(info.context)
        except RequestError as error:
            raise graphql_error(error) from error
        return next_(source, info, **arguments)

    def _check(self, context: Context) -> None:
        if isinstance(self.requires, ApiScope):
            context.require(self.requires)
        elif self.requires is Access.CALLER:
            _ = context.caller


class RetryExtension(FieldExtension):
    """Retries mutations after deadlocks and serialization failures."""

    async def resolve_async(self, next_: Callable[..., Any], source: Any, info: Info, **arguments: Any) -> Any:
        """Call the resolver, again after each conflict until it succeeds or the attempts are used up."""
        return await retry_on_conflict(lambda: await_maybe(next_(source, info, **arguments)))


def query(*, requires: Rule, costs: Sequence[Weight] = ()) -> Callable[[Callable[..., Any]], Any]:
    """Make a coroutine function a query field."""

    def field(resolver: Callable[..., Any]) -> Any:
        rule = {"rule": requires}
        return strawberry.field(resolver=resolver, extensions=[RequireScope(requires)], metadata=rule, directives=costs)

    return field


def mutation(*, requires: Rule, costs: Sequence[Weight] = ()) -> Callable[[Callable[..., Any]], Any]:
    """Make a coroutine function a mutation field, which is retried on conflicts."""

    def field(resolver: Callable[..., Any]) -> Any:
        extensions, rule = [RequireScope(requires), RetryExtension()], {"rule": requires}
        return strawberry.field(resolver=resolver, extensions=extensions, metadata=rule, directives=costs)

    return field


def subscription(*, requires: Rule) -> Callable[[Callable[..., Any]], Any]:
    """Make a coroutine function that returns an asynchronous iterator a subscription field."""

    def field(resolver: Callable[..., Any]) -> Any:
        return strawberry.subscription(
            resolver=resolver, extensions=[RequireScope(requires)], metadata={"rule": requires}
        )

    return field


def protected_field(
    *, requires: Rule = Access.CALLER, costs: Sequence[Weight] = ()
) -> Callable[[Callable[..., Any]], Any]:
    """Make a coroutine method a field of an object type that takes arguments or needs a scope of its own."""

    def field(resolver: Callable[..., Any]) -> Any:
        rule = {"rule": requires}
        return strawberry.field(resolver=resolver, extensions=[RequireScope(requires)], metadata=rule, directives=costs)

    return field


def payload_field(*, requires: ApiScope) -> Any:
    """Return a payload's field, by default null, with an object that only callers with a scope may read."""
    return strawberry.field(default=None, extensions=[RequireScope(requires)], metadata={"rule": requires})


def rule_of(field: Any) -> Rule | None:
    """Return the access rule that a field declares; None if there is none."""
    rule: Rule | None = field.metadata.get("rule")
    return rule


def check_rules(*roots: type) -> None:
    """Check that every field of the root types declares an access rule.

    Raises:
        TypeError: A field has no rule; the message names it.
    """
    for root in roots:
        definition: Any = root.__strawberry_definition__  # type: ignore[attr-defined]
        for field in definition.fields:
            if rule_of(field) is None:
                raise TypeError(f"{root.__name__}.{field.python_name} does not declare an access rule")
