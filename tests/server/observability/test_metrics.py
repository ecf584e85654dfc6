"""`/metrics`: right, bounded, and for those alone who run the server."""

import asyncio
from pathlib import Path

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from models.change_set import ChangeSet, ReceivedDocument
from models.vendor import Vendor
from resolvers.context import utc_now
from server.settings import Settings
from tests.support.processes import process

TOKEN = "a token for metrics, of some length"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def settings():
    return Settings(metrics_token=TOKEN)


def samples(text):
    """Every figure by its name and labels."""
    families = text_string_to_metric_families(text)
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value for family in families for sample in family.samples
    }


async def scraped(client):
    response = await client.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain; version=")
    return samples(response.text)


def total(figures, name, **labels):
    """The sum of the figures of this name that have these labels."""
    wanted = set(labels.items())
    return sum(value for (found, *their), value in figures.items() if found == name and wanted <= set(their))


async def test_requests_are_counted_by_path_method_and_status(client, post):
    await post("{ hello }")
    await post("{ hello }")
    await client.get("/nothing/at/all")
    await client.request("BREW", "/graphql")
    figures = await scraped(client)

    assert total(figures, "seatkeeper_requests_total", path="/graphql", method="POST", status="200") == 2
    assert total(figures, "seatkeeper_requests_total", path="other", method="GET", status="404") == 1
    assert total(figures, "seatkeeper_requests_total", path="/graphql", method="other", status="405") == 1
    assert total(figures, "seatkeeper_request_seconds_count", path="/graphql") == 3
    assert 0 < total(figures, "seatkeeper_request_seconds_sum", path="/graphql") < 3


async def test_errors_are_counted_by_code(client, post):
    await post("{ forbidden }")
    await post("{ forbidden broken }")
    await post("{ nothing }")
    figures = await scraped(client)

    assert total(figures, "seatkeeper_errors_total", code="FORBIDDEN") == 2
    assert total(figures, "seatkeeper_errors_total", code="INTERNAL") == 1
    assert total(figures, "seatkeeper_errors_total", code="BAD_USER_INPUT") == 1


async def test_whatever_clients_send_there_are_no_more_figures(client, post):
    await post("query First { hello }")
    await client.request("BREW", "/one")
    await scraped(client)
    before = await scraped(client)
    for number in range(30):
        await post(f"query Name{number} {{ hello }}", operationName=f"Name{number}")
        await client.request(f"BREW{number}", f"/path/{number}")

    assert (await scraped(client)).keys() == before.keys()


async def test_what_is_in_the_database_is_measured(client, installation, make_license, make_vendor, other_installation):
    await make_license("superoffice.ten-sales", total=5, held_by=3)
    await make_license("superoffice.free", held_by=1)
    await make_license("superoffice.gone", in_force=False)
    vendor = await make_vendor("nordsync")
    await Vendor.filter(id=vendor.id).update(check_outcome="UNAVAILABLE")
    await waiting(vendor)
    await other_installation("2000000006")
    figures = await scraped(client)
    ours = {"installation": "1204417838"}

    assert total(figures, "seatkeeper_database_up") == 1
    assert total(figures, "seatkeeper_seats_in_use", license="superoffice.ten-sales", **ours) == 3
    assert total(figures, "seatkeeper_seats", license="superoffice.ten-sales", **ours) == 5
    assert total(figures, "seatkeeper_seats_in_use", license="superoffice.free") == 1
    assert not [
        labels for name, *labels in figures if name == "seatkeeper_seats" and ("license", "superoffice.free") in labels
    ]
    assert "superoffice.gone" not in str(figures.keys())
    assert total(figures, "seatkeeper_pending_change_sets", **ours) == 1
    assert total(figures, "seatkeeper_vendors", check="UNAVAILABLE", **ours) == 1
    assert total(figures, "seatkeeper_vendors", check="NONE", installation="2000000006") == 1


async def waiting(vendor):
    """A change set of the vendor's that is open."""
    now = utc_now()
    document = await ReceivedDocument.create(
        installation_id=vendor.installation_id, vendor_id=vendor.id, sha256="0" * 64, content=b"", key_id="k",
        document_id="d", serial_number="1204417838", sequence=1, issued_at=now, license_owner="Fjordlys Handel AS",
        effective_at=now, received_at=now,
    )  # fmt: skip
    await ChangeSet.create(
        installation_id=vendor.installation_id, vendor_id=vendor.id, document_id=document.id, source="LICENSE_FILE",
        received_at=now,
    )  # fmt: skip


async def test_without_the_database_the_rest_is_told(client):
    figures = await scraped(client)

    assert total(figures, "seatkeeper_database_up") == 0
    assert "seatkeeper_seats_in_use" not in str(figures.keys())


@pytest.mark.parametrize("headers", [{}, BEARER], ids=["nothing", "token"])
async def test_this_machine_may_ask(client, headers):
    assert (await client.get("/metrics", headers=headers)).status_code == 200


def from_(app, address, host="licenses.example.com"):
    """A client with this address, which calls the server by that name."""
    transport = httpx2.ASGITransport(app, client=(address, 4711))
    return httpx2.AsyncClient(transport=transport, base_url=f"http://{host}")


async def test_from_elsewhere_it_takes_the_token(app):
    async with from_(app, "198.51.100.7") as client:
        refused = await client.get("/metrics")
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
        assert refused.json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
        assert (await client.get("/metrics", headers=BEARER)).status_code == 200


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer ", f"Bearer {TOKEN}x", TOKEN, f"Basic {TOKEN}", "Bearer \u00e5"]
)
@pytest.mark.parametrize("address", ["127.0.0.1", "198.51.100.7"])
async def test_a_wrong_token_is_refused_wherever_it_comes_from(app, address, authorization):
    async with from_(app, address, "127.0.0.1") as client:
        answer = await client.get("/metrics", headers=[("Authorization", authorization.encode())])
        assert answer.status_code == 401


@pytest.mark.parametrize("settings", [Settings()])
async def test_without_a_token_no_token_will_do(app, settings):
    async with from_(app, "198.51.100.7") as client:
        for authorization in ("Bearer ", "Bearer", "Bearer None"):
            assert (await client.get("/metrics", headers={"Authorization": authorization})).status_code == 401


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
async def test_who_comes_through_a_proxy_here_is_not_from_here(app, header):
    async with from_(app, "127.0.0.1", "127.0.0.1") as client:
        assert (await client.get("/metrics")).status_code == 200
        assert (await client.get("/metrics", headers={header: "127.0.0.1"})).status_code == 401


async def test_a_page_that_gives_this_machine_a_name_of_its_own_is_refused(app):
    async with from_(app, "127.0.0.1", "rebound.example.com") as client:
        assert (await client.get("/metrics")).status_code == 401


def test_the_token_is_in_no_printed_settings():
    assert TOKEN not in repr(Settings(metrics_token=TOKEN))


async def test_two_workers_count_as_one(postgres_url, tmp_path: Path):
    # A connection for each request, so that now the one worker takes it and now the other.
    fresh = httpx2.Limits(max_keepalive_connections=0)
    async with (
        process(postgres_url, tmp_path, "--workers", "2", check_interval="0") as (url, _),
        httpx2.AsyncClient(base_url=url, limits=fresh, timeout=30) as client,
    ):
        ask = {"query": "{ viewer { scopes } }"}
        answers = await asyncio.gather(*(client.post("/graphql", json=ask) for _ in range(60)))
        assert {answer.status_code for answer in answers} == {200}

        # A request is counted when it is over, which may be just after its answer has arrived.
        async with asyncio.timeout(10):
            while total(await scraped(client), "seatkeeper_requests_total", path="/graphql") < 60:
                pass
        for figures in [await scraped(client) for _ in range(10)]:
            assert total(figures, "seatkeeper_requests_total", path="/graphql") == 60
            assert total(figures, "seatkeeper_request_seconds_count", path="/graphql") == 60
            assert total(figures, "seatkeeper_database_connections", state="idle") >= 1
