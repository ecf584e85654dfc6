"""Descriptions are docstrings: of a class, of its methods, and the texts that stand below its attributes."""

import ast
import itertools
import sys
from functools import cache
from inspect import cleandoc
from pathlib import Path
from typing import Any, TypeVar, dataclass_transform

import strawberry

T = TypeVar("T")

TYPES: dict[str, type] = {}
"""Each object type by its name, for those that cannot import one another."""


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def object_type(cls: type[T]) -> type[T]:
    """Makes a class an object type of the schema."""
    TYPES[cls.__name__] = _described(strawberry.type(cls))
    return cls


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def interface_type(cls: type[T]) -> type[T]:
    """Makes a class an interface of the schema."""
    return _described(strawberry.interface(cls))


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def input_type(cls: type[T]) -> type[T]:
    """Makes a class an input type of the schema."""
    return _described(strawberry.input(cls))


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def one_of_type(cls: type[T]) -> type[T]:
    """Makes a class an input type of which exactly one field is given."""
    return _described(strawberry.input(cls, one_of=True))


def argument(description: str) -> Any:
    """What an argument is for, inside `Annotated`."""
    return strawberry.argument(description=description)


def _described(cls: type[T]) -> type[T]:
    definition: Any = cls.__strawberry_definition__  # type: ignore[attr-defined]
    definition.description = cleandoc(cls.__doc__ or "")
    texts = _attribute_texts(str(sys.modules[cls.__module__].__file__)).get(cls.__name__, {})
    for field in definition.fields:
        if field.base_resolver:
            field.description = cleandoc(field.base_resolver.wrapped_func.__doc__ or "")
        elif field.python_name in texts:
            field.description = texts[field.python_name]
    return cls


@cache
def _attribute_texts(path: str) -> dict[str, dict[str, str]]:
    """The text below each annotated attribute of each class in a module."""
    tree = ast.parse(Path(path).read_text(encoding="utf-8"))
    return {node.name: dict(_texts(node.body)) for node in tree.body if isinstance(node, ast.ClassDef)}


def _texts(body: list[ast.stmt]) -> list[tuple[str, str]]:
    found = []
    for attribute, below in itertools.pairwise(body):
        match attribute, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                found.append((name, cleandoc(text)))
    return found
