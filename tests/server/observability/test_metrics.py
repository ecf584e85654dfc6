"""The `/metrics` endpoint: values, bounded labels and access."""

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
    """Return the values in a metrics text by name and labels."""
    families = text_string_to_metric_families(text)
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value for family in families for sample in family.samples
    }


async def scrape(client):
    response = await client.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain; version=")
    return samples(response.text)


def total(figures, name, **labels):
    """Return the sum of the values with a name and labels."""
    wanted = set(labels.items())
    return sum(value for (sample, *pairs), value in figures.items() if sample == name and wanted <= set(pairs))


async def test_requests_are_counted_by_labels(client, post):
    await post("{ hello }")
    await post("{ hello }")
    await client.get("/nothing/at/all")
    await client.request("BREW", "/graphql")
    figures = await scrape(client)

    assert total(figures, "seatkeeper_requests_total", path="/graphql", method="POST", status="200") == 2
    assert total(figures, "seatkeeper_requests_total", path="other", method="GET", status="404") == 1
    assert total(figures, "seatkeeper_requests_total", path="/graphql", method="other", status="405") == 1
    assert total(figures, "seatkeeper_request_seconds_count", path="/graphql") == 3
    assert 0 < total(figures, "seatkeeper_request_seconds_sum", path="/graphql") < 3


async def test_errors_are_counted_by_code(client, post):
    await post("{ forbidden }")
    await post("{ forbidden broken }")
    await post("{ nothing }")
    figures = await scrape(client)

    assert total(figures, "seatkeeper_errors_total", code="FORBIDDEN") == 2
    assert total(figures, "seatkeeper_errors_total", code="INTERNAL") == 1
    assert total(figures, "seatkeeper_errors_total", code="BAD_USER_INPUT") == 1


async def test_clients_cannot_create_time_series(client, post):
    await post("query First { hello }")
    await client.request("BREW", "/one")
    await scrape(client)
    before = await scrape(client)
    for number in range(30):
        await post(f"query Name{number} {{ hello }}", operationName=f"Name{number}")
        await client.request(f"BREW{number}", f"/path/{number}")

    assert (await scrape(client)).keys() == before.keys()


async def test_database_metrics(client, installation, make_license, make_vendor, other_installation):
    await make_license("superoffice.ten-sales", total=5, held_by=3)
    await make_license("superoffice.free", held_by=1)
    await make_license("superoffice.gone", in_force=False)
    vendor = await make_vendor("nordsync")
    await Vendor.filter(id=vendor.id).update(check_outcome="UNAVAILABLE")
    await create_open_change_set(vendor)
    await other_installation("2000000006")
    figures = await scrape(client)
    installation_label = {"installation": "1204417838"}

    assert total(figures, "seatkeeper_database_up") == 1
    assert total(figures, "seatkeeper_seats_in_use", license="superoffice.ten-sales", **installation_label) == 3
    assert total(figures, "seatkeeper_seats", license="superoffice.ten-sales", **installation_label) == 5
    assert total(figures, "seatkeeper_seats_in_use", license="superoffice.free") == 1
    assert not [
        labels for name, *labels in figures if name == "seatkeeper_seats" and ("license", "superoffice.free") in labels
    ]
    assert "superoffice.gone" not in str(figures.keys())
    assert total(figures, "seatkeeper_pending_change_sets", **installation_label) == 1
    assert total(figures, "seatkeeper_vendors", check="UNAVAILABLE", **installation_label) == 1
    assert total(figures, "seatkeeper_vendors", check="NONE", installation="2000000006") == 1


async def create_open_change_set(vendor):
    """Create an open change set of a vendor."""
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


async def test_database_down_is_reported(client):
    figures = await scrape(client)

    assert total(figures, "seatkeeper_database_up") == 0
    assert "seatkeeper_seats_in_use" not in str(figures.keys())


@pytest.mark.parametrize("headers", [{}, BEARER], ids=["nothing", "token"])
async def test_loopback_is_allowed(client, headers):
    assert (await client.get("/metrics", headers=headers)).status_code == 200


def client_from(app, address, host="licenses.example.com"):
    """Return a client with an IP address, which sends a host name."""
    transport = httpx2.ASGITransport(app, client=(address, 4711))
    return httpx2.AsyncClient(transport=transport, base_url=f"http://{host}")


async def test_remote_request_requires_the_token(app):
    async with client_from(app, "198.51.100.7") as client:
        response = await client.get("/metrics")
        assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")
        assert response.json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
        assert (await client.get("/metrics", headers=BEARER)).status_code == 200


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer ", f"Bearer {TOKEN}x", TOKEN, f"Basic {TOKEN}", "Bearer \u00e5"]
)
@pytest.mark.parametrize("address", ["127.0.0.1", "198.51.100.7"])
async def test_wrong_token_is_rejected_from_any_address(app, address, authorization):
    async with client_from(app, address, "127.0.0.1") as client:
        response = await client.get("/metrics", headers=[("Authorization", authorization.encode())])
        assert response.status_code == 401


@pytest.mark.parametrize("settings", [Settings()])
async def test_unset_token_accepts_no_token(app, settings):
    async with client_from(app, "198.51.100.7") as client:
        for authorization in ("Bearer ", "Bearer", "Bearer None"):
            assert (await client.get("/metrics", headers={"Authorization": authorization})).status_code == 401


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
async def test_proxied_request_is_not_loopback(app, header):
    async with client_from(app, "127.0.0.1", "127.0.0.1") as client:
        assert (await client.get("/metrics")).status_code == 200
        assert (await client.get("/metrics", headers={header: "127.0.0.1"})).status_code == 401


async def test_dns_rebinding_is_rejected(app):
    async with client_from(app, "127.0.0.1", "rebound.example.com") as client:
        assert (await client.get("/metrics")).status_code == 401


def test_metrics_token_is_not_in_repr():
    assert TOKEN not in repr(Settings(metrics_token=TOKEN))


async def test_workers_report_their_total(postgres_url, tmp_path: Path):
    # A new connection per request distributes the requests over both workers.
    fresh = httpx2.Limits(max_keepalive_connections=0)
    async with (
        process(postgres_url, tmp_path, "--workers", "2", check_interval="0") as (url, _),
        httpx2.AsyncClient(base_url=url, limits=fresh, timeout=30) as client,
    ):
        body = {"query": "{ viewer { scopes } }"}
        responses = await asyncio.gather(*(client.post("/graphql", json=body) for _ in range(60)))
        assert {response.status_code for response in responses} == {200}

        # A request is counted when it is complete, which may be after the client received its response.
        async with asyncio.timeout(10):
            while total(await scrape(client), "seatkeeper_requests_total", path="/graphql") < 60:
                pass
        for figures in [await scrape(client) for _ in range(10)]:
            assert total(figures, "seatkeeper_requests_total", path="/graphql") == 60
            assert total(figures, "seatkeeper_request_seconds_count", path="/graphql") == 60
            assert total(figures, "seatkeeper_database_connections", state="idle") >= 1
