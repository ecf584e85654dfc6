"""Registration of the enums in `licensing.enums`, with their descriptions, as GraphQL enums."""

from inspect import cleandoc
from typing import Any

import strawberry

from licensing.enums import DescribedEnum


def _register(enum: type[DescribedEnum]) -> None:
    definition: Any = strawberry.enum(enum, description=cleandoc(enum.__doc__ or "")).__strawberry_definition__  # type: ignore[attr-defined]
    for value in definition.values:
        value.description = enum(value.value).description


def register_enums() -> None:
    """Register every enum of `licensing.enums` with Strawberry."""
    for enum in DescribedEnum.__subclasses__():
        _register(enum)
