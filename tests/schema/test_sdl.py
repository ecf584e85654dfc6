"""The contract: what is printed is what is built, and nothing that was released is taken away."""

from pathlib import Path

import pytest
from graphql import GraphQLScalarType, build_schema
from graphql.utilities import find_breaking_changes

import schema
from schema.build import print_sdl

FOLDER = Path(schema.__file__).parent


def test_the_package_is_ours():
    assert Path(__file__).parents[2] / "schema" == FOLDER


def test_the_printed_schema_is_the_one_that_is_built():
    assert (FOLDER / "schema.graphql").read_text(encoding="utf-8") == print_sdl()


def test_nothing_released_is_broken():
    released = build_schema((FOLDER / "released.graphql").read_text(encoding="utf-8"))
    ours = build_schema(print_sdl())

    assert [change.description for change in find_breaking_changes(released, ours)] == []


@pytest.mark.parametrize("scalar", ["DateTime", "URL", "Upload"])
def test_scalars_say_what_specifies_them(scalar):
    type_ = build_schema(print_sdl()).type_map[scalar]

    assert isinstance(type_, GraphQLScalarType)
    assert type_.specified_by_url.startswith("https://")
