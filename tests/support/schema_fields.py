"""The schema's root fields: their access rules, and operations that select them."""

from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
)

from schema.build import schema
from schema.core.permissions import Access, rule_of
from schema.execution.graphql_core import core_schema

CORE = core_schema(schema)
ROOTS = [(kind, root) for kind, root in (("query", CORE.query_type), ("mutation", CORE.mutation_type)) if root]


def takes_id(type_: Any, seen: frozenset[str] = frozenset()) -> bool:
    """Return whether a value of this type contains an ID at any depth."""
    named = get_named_type(type_)
    if isinstance(named, GraphQLInputObjectType) and named.name not in seen:
        return any(takes_id(field.type, seen | {named.name}) for field in named.fields.values())
    return bool(named.name == "ID")


FIELDS_TAKING_IDS = [
    (kind, name)
    for kind, root in ROOTS
    for name, field in root.fields.items()
    if any(takes_id(argument.type) for argument in field.args.values())
]


def value(type_: Any, id_: str) -> Any:
    """Return a value of this type in which every ID is the given one and the rest is plausible."""
    if isinstance(type_, GraphQLNonNull):
        return value(type_.of_type, id_)
    if isinstance(type_, GraphQLList):
        return [value(type_.of_type, id_)]
    if type_.name == "LicenseFileInput":
        return {"text": "no license file"}
    if isinstance(type_, GraphQLInputObjectType):
        wanted = {n: f for n, f in type_.fields.items() if isinstance(f.type, GraphQLNonNull) or takes_id(f.type)}
        return {name: value(field.type, id_) for name, field in wanted.items()}
    if isinstance(type_, GraphQLEnumType):
        return next(iter(type_.values))
    return {"ID": id_, "Int": 1, "Boolean": True, "DateTime": "2027-01-01T00:00:00Z"}.get(
        type_.name, "superoffice.plan"
    )


def selection(type_: Any, depth: int = 3) -> str:
    """Return a selection of all fields without required arguments to some depth, with three items per page."""
    named = get_named_type(type_)
    if is_leaf_type(named):
        return ""
    parts = ["__typename"]
    for name, field in getattr(named, "fields", {}).items():
        inner = get_named_type(field.type)
        if isinstance(named, GraphQLObjectType) and inner is not CORE.query_type and (is_leaf_type(inner) or depth > 0):
            page = "(first: 3)" if "first" in field.args else ""
            parts.append(f"{name}{page} {selection(inner, depth - 1)}")
    return f"{{ {' '.join(parts)} }}"


UNKNOWN_ID = "TGljZW5zZTo5OTk="
"""ID of a license that does not exist."""


def rules() -> dict[tuple[str, str], Any]:
    """Return the access rule of each root field, by kind of operation and field name."""
    found = {}
    for kind in ("query", "mutation", "subscription"):
        root = getattr(schema, kind).__strawberry_definition__
        for field in root.fields:
            found[kind, schema.config.name_converter.get_graphql_name(field)] = rule_of(field)
    return found


RULES = rules()
PROTECTED_FIELDS = [field for field, rule in RULES.items() if rule is not Access.PUBLIC]


def document(kind: str, name: str) -> tuple[str, dict[str, Any]]:
    """Return an operation that selects only this root field, and its variables."""
    field = getattr(CORE, f"{kind}_type").fields[name]
    needed = {n: a.type for n, a in field.args.items() if isinstance(a.type, GraphQLNonNull)}
    declared = f"({', '.join(f'${n}: {type_}' for n, type_ in needed.items())})" if needed else ""
    used = f"({', '.join(f'{n}: ${n}' for n in needed)})" if needed else ""
    text = f"{kind} {declared} {{ {name}{used} {selection(field.type, 1)} }}"
    return text, {n: value(type_, UNKNOWN_ID) for n, type_ in needed.items()}
