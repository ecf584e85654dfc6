"""The language in which a client is answered: English, or one of the catalogs in `server/locale`."""

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path

from babel.messages.pofile import read_po
from starlette.datastructures import Headers
from starlette.types import Scope

from licensing.messages import ENGLISH, Language

CATALOGS = {path.stem: path for path in Path(__file__).with_name("locale").glob("*.po")}
"""The files of translations, by language."""

MAX_HEADER_LENGTH = 200
"""Characters that are read of what a browser prefers; the longest that browsers send have half of that."""

_READ_AS = {"no": "nb", "nn": "nb"}


def language_of(scope: Scope) -> Language:
    """The language that a request or a WebSocket asks for."""
    return preferred_language(Headers(scope=scope).get("accept-language", "")[:MAX_HEADER_LENGTH])


@lru_cache(maxsize=1000)
def preferred_language(accept_language: str) -> Language:
    """The language that a browser asks for first, with our words if it has a catalog; English if it asks for none."""
    tag, _ = max(_weights(accept_language), key=lambda choice: choice[1], default=(ENGLISH.tag, 1.0))
    if tag not in CATALOGS:
        return Language(tag)
    return Language(tag, lambda template: translations(tag).get(template, template))


@cache
def translations(tag: str) -> Mapping[str, str]:
    """What each template is in a language, read when somebody first asks for it."""
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
            yield _READ_AS.get(language, language), weight
