"""Decorators for GraphQL types that take descriptions from docstrings.

The docstring of a class describes its type, the docstring of a resolver its field, and the string literal below an
attribute that attribute's field.
"""

import ast
import itertools
import sys
from collections.abc import Callable
from functools import cache
from inspect import cleandoc
from pathlib import Path
from typing import Any, TypeVar, dataclass_transform, overload

import strawberry

T = TypeVar("T")

TYPES: dict[str, type] = {}
"""Object types by GraphQL name, for references between modules that cannot import each other."""


@overload
@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def object_type(cls: type[T], /) -> type[T]: ...
@overload
@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def object_type(*, name: str) -> Callable[[type[T]], type[T]]: ...
def object_type(cls: type[T] | None = None, /, *, name: str | None = None) -> Any:
    """Make a class an object type.

    Args:
        cls: The class.
        name: The GraphQL name; by default the name of the class.
    """

    def decorate(cls: type[T]) -> type[T]:
        TYPES[name or cls.__name__] = _add_descriptions(strawberry.type(cls, name=name))
        return cls

    return decorate if cls is None else decorate(cls)


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def interface_type(cls: type[T]) -> type[T]:
    """Make a class an interface."""
    return _add_descriptions(strawberry.interface(cls))


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def input_type(cls: type[T]) -> type[T]:
    """Make a class an input type."""
    return _add_descriptions(strawberry.input(cls))


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def one_of_type(cls: type[T]) -> type[T]:
    """Make a class an input type with `@oneOf`: exactly one of its fields must be given."""
    return _add_descriptions(strawberry.input(cls, one_of=True))


def argument(description: str) -> Any:
    """Return the description of an argument, for use in `Annotated`."""
    return strawberry.argument(description=description)


def _add_descriptions(cls: type[T]) -> type[T]:
    definition: Any = cls.__strawberry_definition__  # type: ignore[attr-defined]
    definition.description = cleandoc(cls.__doc__ or "")
    texts = _attribute_docstrings(str(sys.modules[cls.__module__].__file__)).get(cls.__name__, {})
    for field in definition.fields:
        if field.base_resolver:
            field.description = cleandoc(field.base_resolver.wrapped_func.__doc__ or "")
        elif field.python_name in texts:
            field.description = texts[field.python_name]
    return cls


@cache
def _attribute_docstrings(path: str) -> dict[str, dict[str, str]]:
    """Return the docstrings of annotated attributes in a module, by class and attribute."""
    tree = ast.parse(Path(path).read_text(encoding="utf-8"))
    return {node.name: dict(_docstring_pairs(node.body)) for node in tree.body if isinstance(node, ast.ClassDef)}


def _docstring_pairs(body: list[ast.stmt]) -> list[tuple[str, str]]:
    """Return pairs of an attribute and its docstring in the body of a class."""
    found = []
    for attribute, below in itertools.pairwise(body):
        match attribute, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                found.append((name, cleandoc(text)))
    return found
