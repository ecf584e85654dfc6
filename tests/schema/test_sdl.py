"""The printed schema: up to date, and without breaking changes since the last release."""

from pathlib import Path

import pytest
from graphql import GraphQLScalarType, build_schema
from graphql.utilities import find_breaking_changes

import schema
from schema.build import print_sdl

FOLDER = Path(schema.__file__).parent


def test_schema_package_is_imported_from_this_repository():
    assert Path(__file__).parents[2] / "schema" == FOLDER


def test_committed_schema_is_up_to_date():
    assert (FOLDER / "schema.graphql").read_text(encoding="utf-8") == print_sdl()


def test_no_breaking_changes_since_release():
    released = build_schema((FOLDER / "released.graphql").read_text(encoding="utf-8"))
    current = build_schema(print_sdl())

    assert [change.description for change in find_breaking_changes(released, current)] == []


@pytest.mark.parametrize("scalar", ["DateTime", "URL", "Upload"])
def test_scalars_have_a_specification_url(scalar):
    type_ = build_schema(print_sdl()).type_map[scalar]

    assert isinstance(type_, GraphQLScalarType)
    assert type_.specified_by_url.startswith("https://")
