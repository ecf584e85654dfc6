"""Negotiation of the response language: English, or one of the catalogs in `server/i18n/locale`."""

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path

from babel.messages.pofile import read_po
from starlette.datastructures import Headers
from starlette.types import Scope

from licensing.messages import ENGLISH, Language

CATALOGS = {path.stem: path for path in Path(__file__).with_name("locale").glob("*.po")}
"""The paths of the catalogs by language tag."""

MAX_HEADER_LENGTH = 200
"""Characters of `Accept-Language` that are read, about twice as many as browsers send."""

_ALIASES = {"no": "nb", "nn": "nb"}


def language_of(scope: Scope) -> Language:
    """Return the preferred language of a request or WebSocket."""
    return preferred_language(Headers(scope=scope).get("accept-language", "")[:MAX_HEADER_LENGTH])


@lru_cache(maxsize=1000)
def preferred_language(accept_language: str) -> Language:
    """Return the language with the highest weight, or English if there is none.

    Messages in a language without a catalog are in English.
    """
    tag, _ = max(_weights(accept_language), key=lambda choice: choice[1], default=(ENGLISH.tag, 1.0))
    if tag not in CATALOGS:
        return Language(tag)
    return Language(tag, lambda template: translations(tag).get(template, template))


@cache
def translations(tag: str) -> Mapping[str, str]:
    """Return the translations of a catalog by English template; the file is read once."""
    with CATALOGS[tag].open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file, tag) if message.id and message.string}


def _weights(accept_language: str) -> Iterator[tuple[str, float]]:
    for choice in accept_language.split(","):
        tag, _, parameters = choice.partition(";")
        language = tag.strip().split("-")[0].casefold()
        try:
            weight = float(parameters.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if language.isalpha() and len(language) <= 3 and weight > 0:
            yield _ALIASES.get(language, language), weight
