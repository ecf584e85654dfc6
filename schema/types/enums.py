"""The closed sets of words of `licensing.enums`, made enums of the schema with the descriptions that they bring."""

from inspect import cleandoc
from typing import Any

import strawberry

from licensing.enums import DescribedEnum


def _register(words: type[DescribedEnum]) -> None:
    definition: Any = strawberry.enum(words, description=cleandoc(words.__doc__ or "")).__strawberry_definition__  # type: ignore[attr-defined]
    for value in definition.values:
        value.description = words(value.value).description


def register_enums() -> None:
    """Register every enum of `licensing.enums` with Strawberry."""
    for words in DescribedEnum.__subclasses__():
        _register(words)
