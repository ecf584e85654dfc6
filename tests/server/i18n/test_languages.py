"""Translation: catalogs match the templates in the code, and every response uses them."""

from string import Formatter

import pytest

from licensing.errors import NoSeats, SurplusSeats
from licensing.messages import Message
from server.i18n.languages import CATALOGS, preferred_language, translations
from tests.support.catalogs import templates

NORWEGIAN = {"Accept-Language": "nb-NO,nb;q=0.9,en;q=0.8"}


@pytest.mark.parametrize("tag", list(CATALOGS))
def test_catalog_matches_the_templates_in_the_code(tag):
    assert set(translations(tag)) == templates()


@pytest.mark.parametrize("tag", list(CATALOGS))
def test_translation_has_the_same_parameters(tag):
    for template, translation in translations(tag).items():
        assert _parameters(template) == _parameters(translation), translation


@pytest.mark.parametrize("tag", list(CATALOGS))
def test_translation_has_the_same_plurals(tag):
    for template, translation in translations(tag).items():
        counted = {name for name, spec in _fields(template) if "|" in spec and not spec.startswith("=")}
        pluralized = {name for name, spec in _fields(translation) if "|" in spec}
        assert counted - pluralized <= {"wanted"}, translation  # the Norwegian phrase needs no plural


def _fields(template: str) -> list[tuple[str, str]]:
    return [(name, spec or "") for _, name, spec, _ in Formatter().parse(template) if name is not None]


def _parameters(template: str) -> set[str]:
    return {name for name, _ in _fields(template)}


@pytest.mark.parametrize(
    ("seats", "expected"),
    [
        (
            1,
            "1 plass mer av Sales Premium er i bruk enn de nye lisensene tillater. "
            "Ta lisensen fra 1 bruker, og aktiver deretter.",
        ),
        (
            2,
            "2 plasser mer av Sales Premium er i bruk enn de nye lisensene tillater. "
            "Ta lisensen fra 2 brukere, og aktiver deretter.",
        ),
    ],
)
def test_norwegian_plurals(seats, expected):
    assert SurplusSeats(surplus={"Sales Premium": seats}).message.in_language(preferred_language("nb")) == expected


def test_norwegian_available_seats():
    error = NoSeats(license="Sales Premium", available=1, wanted=2)

    assert error.message.in_language(preferred_language("nb")).startswith(
        "Sales Premium har 1 ledig plass, og det ble bedt om 2."
    )


@pytest.mark.parametrize(
    ("accept_language", "tag"),
    [
        ("", "en"),
        ("nb-NO,nb;q=0.9,en;q=0.8", "nb"),
        ("en;q=0.3, nn", "nb"),
        ("no", "nb"),
        ("de, nb;q=0.5", "de"),
        ("*", "en"),
        (";;,q=x, no;q=frog", "en"),
        ("nb;q=0, en", "en"),
    ],
)
def test_language_negotiation(accept_language, tag):
    assert preferred_language(accept_language).tag == tag


def test_language_without_a_catalog_falls_back_to_english():
    assert (
        Message("Sign in, or send an API token.").in_language(preferred_language("de"))
        == "Sign in, or send an API token."
    )


async def test_top_level_errors_are_translated(post):
    [error] = (await post("{ forbidden }", headers=NORWEGIAN)).json()["errors"]

    assert error["message"] == "Dette krever rettigheten LICENSES_WRITE."
    assert error["extensions"] == {"code": "FORBIDDEN"}


async def test_server_errors_are_translated(post):
    [internal] = (await post("{ broken }", headers=NORWEGIAN)).json()["errors"]
    [outage] = (await post("{ unreachable }", headers=NORWEGIAN)).json()["errors"]

    assert internal["message"].startswith("Noe gikk galt på serveren.")
    assert outage["message"] == "Databasen er borte eller full, og ingenting ble endret. Prøv igjen om et øyeblikk."


async def test_cached_document_error_is_translated(post):
    document = "{ " + " ".join(f"a{number}: hello" for number in range(20)) + " }"

    [english] = (await post(document)).json()["errors"]
    [norwegian] = (await post(document, headers=NORWEGIAN)).json()["errors"]

    assert english["message"].startswith("The document has 20 aliases, each spread counted; at most 15 are allowed.")
    assert norwegian["message"].startswith("Dokumentet har 20 aliaser, hver spredning medregnet; høyst 15 tas imot.")
    assert english["extensions"] == norwegian["extensions"] == {"code": "QUERY_TOO_COMPLEX"}


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"method": "PUT"}, "Send operasjoner med POST, eller spørringer med GET."),
        (
            {"method": "POST", "content": b"{", "headers": {"Content-Type": "text/plain"}},
            "Send operasjonen som application/json eller multipart/form-data.",
        ),
        (
            {"method": "POST", "json": {"query": "{ hello }"}, "headers": {"Authorization": "Bearer wrong"}},
            "Denne nøkkelen er ukjent, utløpt eller trukket tilbake. Send en som gjelder, som Authorization: Bearer.",
        ),
        (
            {"method": "POST", "content": b"x" * 2_000_000, "headers": {"Content-Type": "application/json"}},
            "Innholdet er større enn 1\xa0048\xa0576 byte. Send mindre på én gang.",
        ),
    ],
)
async def test_rejected_requests_are_translated(client, request_, message):
    request_ = {**request_, "headers": {**request_.get("headers", {}), **NORWEGIAN}}

    [error] = (await client.request(url="/graphql", **request_)).json()["errors"]

    assert error["message"] == message
