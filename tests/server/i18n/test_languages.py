"""Clients are answered in their language: each template has its counterpart, and each channel uses it."""

from string import Formatter

import pytest

from licensing.errors import NoSeats, SurplusSeats
from licensing.messages import Message
from server.i18n.languages import CATALOGS, preferred_language, translations
from tests.support.catalogs import templates

NORWEGIAN = {"Accept-Language": "nb-NO,nb;q=0.9,en;q=0.8"}


@pytest.mark.parametrize("tag", list(CATALOGS))
def test_a_catalog_has_each_template_of_the_code_and_no_other(tag):
    assert set(translations(tag)) == templates()


@pytest.mark.parametrize("tag", list(CATALOGS))
def test_a_translation_names_the_same_facts(tag):
    for template, translation in translations(tag).items():
        assert _facts(template) == _facts(translation), translation


@pytest.mark.parametrize("tag", list(CATALOGS))
def test_a_translation_tells_one_from_many_where_the_template_does(tag):
    for template, translation in translations(tag).items():
        counted = {name for name, spec in _fields(template) if "|" in spec and not spec.startswith("=")}
        apart = {name for name, spec in _fields(translation) if "|" in spec}
        assert counted - apart <= {"wanted"}, translation  # "er bedt om 1" needs no word


def _fields(template: str) -> list[tuple[str, str]]:
    return [(name, spec or "") for _, name, spec, _ in Formatter().parse(template) if name is not None]


def _facts(template: str) -> set[str]:
    return {name for name, _ in _fields(template)}


@pytest.mark.parametrize(
    ("seats", "told"),
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
def test_one_and_many_in_norwegian(seats, told):
    assert SurplusSeats(surplus={"Sales Premium": seats}).message.in_language(preferred_language("nb")) == told


def test_available_seats_in_norwegian():
    refusal = NoSeats(license="Sales Premium", available=1, wanted=2)

    assert refusal.message.in_language(preferred_language("nb")).startswith(
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
def test_the_language_is_the_one_that_the_browser_prefers(accept_language, tag):
    assert preferred_language(accept_language).tag == tag


def test_a_language_without_a_catalog_is_told_english():
    assert (
        Message("Sign in, or send an API token.").in_language(preferred_language("de"))
        == "Sign in, or send an API token."
    )


async def test_errors_at_top_level_keep_their_code(post):
    [error] = (await post("{ forbidden }", headers=NORWEGIAN)).json()["errors"]

    assert error["message"] == "Dette krever rettigheten LICENSES_WRITE."
    assert error["extensions"] == {"code": "FORBIDDEN"}


async def test_what_broke_is_told(post):
    [broken] = (await post("{ broken }", headers=NORWEGIAN)).json()["errors"]
    [away] = (await post("{ unreachable }", headers=NORWEGIAN)).json()["errors"]

    assert broken["message"].startswith("Noe gikk galt på serveren.")
    assert away["message"] == "Databasen er borte eller full, og ingenting ble endret. Prøv igjen om et øyeblikk."


async def test_a_document_beyond_a_limit_is_refused_whoever_sent_it_before(post):
    document = "{ " + " ".join(f"a{number}: hello" for number in range(20)) + " }"

    [english] = (await post(document)).json()["errors"]
    [norwegian] = (await post(document, headers=NORWEGIAN)).json()["errors"]

    assert english["message"].startswith("The document has 20 aliases, each spread counted; at most 15 are taken.")
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
async def test_requests_that_graphql_never_sees(client, request_, message):
    request_ = {**request_, "headers": {**request_.get("headers", {}), **NORWEGIAN}}

    [error] = (await client.request(url="/graphql", **request_)).json()["errors"]

    assert error["message"] == message
