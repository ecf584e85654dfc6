"""Who may call what: every root field declares its rule, and the schema does not build without."""

from collections.abc import Callable, Sequence
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
    """Rules that ask for no scope."""

    PUBLIC = "public"
    """Anyone may call it."""
    CALLER = "caller"
    """Anyone may whose credentials hold; what they get depends on their scopes."""


Rule = ApiScope | Access
Weight = Cost | ListSize


class RequireScope(FieldExtension):
    """Refuses callers without the scope, and gives refusals their code."""

    def __init__(self, requires: Rule) -> None:
        self.requires = requires

    async def resolve_async(self, next_: Callable[..., Any], source: Any, info: Info, **arguments: Any) -> Any:
        """Calls the resolver if the caller may."""
        try:
            self._check(info.context)
            return await await_maybe(next_(source, info, **arguments))
        except RequestError as refusal:
            raise graphql_error(refusal) from refusal

    def _check(self, context: Context) -> None:
        if isinstance(self.requires, ApiScope):
            context.require(self.requires)
        elif self.requires is Access.CALLER:
            _ = context.caller


class RetryExtension(FieldExtension):
    """Tries again what others stood in the way of."""

    async def resolve_async(self, next_: Callable[..., Any], source: Any, info: Info, **arguments: Any) -> Any:
        """Calls the resolver until it had its way, or often enough."""
        return await retry_on_conflict(lambda: await_maybe(next_(source, info, **arguments)))


def query(*, requires: Rule, costs: Sequence[Weight] = ()) -> Callable[[Callable[..., Any]], Any]:
    """Makes a coroutine function a root field."""

    def field(resolver: Callable[..., Any]) -> Any:
        rule = {"rule": requires}
        return strawberry.field(resolver=resolver, extensions=[RequireScope(requires)], metadata=rule, directives=costs)

    return field


def mutation(*, requires: Rule, costs: Sequence[Weight] = ()) -> Callable[[Callable[..., Any]], Any]:
    """Makes a coroutine function that changes something a root field."""

    def field(resolver: Callable[..., Any]) -> Any:
        extensions, rule = [RequireScope(requires), RetryExtension()], {"rule": requires}
        return strawberry.field(resolver=resolver, extensions=extensions, metadata=rule, directives=costs)

    return field


def subscription(*, requires: Rule) -> Callable[[Callable[..., Any]], Any]:
    """Makes a coroutine function that returns an asynchronous iterator a root field to listen to."""

    def field(resolver: Callable[..., Any]) -> Any:
        return strawberry.subscription(
            resolver=resolver, extensions=[RequireScope(requires)], metadata={"rule": requires}
        )

    return field


def protected_field(
    *, requires: Rule = Access.CALLER, costs: Sequence[Weight] = ()
) -> Callable[[Callable[..., Any]], Any]:
    """Makes a coroutine method a field that takes arguments, or that leads to what needs another scope."""

    def field(resolver: Callable[..., Any]) -> Any:
        return strawberry.field(resolver=resolver, extensions=[RequireScope(requires)], directives=costs)

    return field


def rule_of(field: Any) -> Rule | None:
    """The rule that a root field declares; None if it does not."""
    rule: Rule | None = field.metadata.get("rule")
    return rule


def check_rules(*roots: type) -> None:
    """Refuses root types with a field that declares no rule.

    Raises:
        TypeError: There is one; the message names it.
    """
    for root in roots:
        definition: Any = root.__strawberry_definition__  # type: ignore[attr-defined]
        for field in definition.fields:
            if rule_of(field) is None:
                raise TypeError(f"{root.__name__}.{field.python_name} does not declare who may call it")
