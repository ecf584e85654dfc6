import asyncio
import json
import re
import socket
import threading

import httpx2
import pytest
import uvicorn

from licensing.errors import VendorRefused
from server.cli import main
from server.http_clients.vendor_client import FetchedDocument, VendorClient
from server.issuer import document_store
from server.issuer.license_server import MAX_BODY_SIZE, create_license_server
from tests.support import documents

SERIAL, DEMO, OWNER = documents.SERIAL, "1010000004", documents.OWNER
DOCUMENT = documents.signed(documents.claims())
ACCEPTANCE = {"serial": SERIAL, "jti": "document/1", "activated_at": "2026-06-01T12:00:00Z"}
REJECTION = {"serial": SERIAL, "jti": "document/1", "rejected_at": "2026-06-01T12:00:00Z", "reason": "Too few seats"}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "v1" / "licenses").mkdir(parents=True)
    (tmp_path / "v1" / "licenses" / f"{SERIAL}.lic").write_bytes(DOCUMENT)
    return tmp_path


@pytest.fixture
async def vendor(folder):
    """Yield a client of the license server, which gets error responses instead of exceptions."""
    transport = httpx2.ASGITransport(create_license_server(folder), raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://vendor.example") as client:
        yield client


def write_vendor_file(folder, path, content):
    (folder / path).parent.mkdir(exist_ok=True)
    (folder / path).write_text(content if isinstance(content, str) else json.dumps(content))


def problem_detail(response, status):
    """Check a problem document and return its detail."""
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "no-store"
    content = response.json()
    assert (content["type"], content["status"]) == ("about:blank", status) and content["title"]
    return content["detail"]


async def test_document_is_served_unchanged(vendor):
    response = await vendor.get(f"/v1/licenses/{SERIAL}.lic")

    assert response.status_code == 200
    assert response.content == DOCUMENT
    assert response.headers["content-type"] == "text/plain; charset=us-ascii"
    assert response.headers["cache-control"] == "public, max-age=300"
    assert re.fullmatch('"[0-9a-f]{32}"', response.headers["etag"])


@pytest.mark.parametrize("known", ["{}", "W/{}", '"other", {}', "*"])
async def test_matching_etag_returns_not_modified(vendor, known):
    etag = (await vendor.get(f"/v1/licenses/{SERIAL}.lic")).headers["etag"]

    response = await vendor.get(f"/v1/licenses/{SERIAL}.lic", headers={"If-None-Match": known.format(etag)})

    assert (response.status_code, response.content, response.headers["etag"]) == (304, b"", etag)
    assert response.headers["cache-control"] == "public, max-age=300"


async def test_new_document_has_another_etag(vendor, folder):
    etag = (await vendor.get(f"/v1/licenses/{SERIAL}.lic")).headers["etag"]
    new = documents.signed(documents.claims(seq=2))
    (folder / "v1" / "licenses" / f"{SERIAL}.lic").write_bytes(new)

    response = await vendor.get(f"/v1/licenses/{SERIAL}.lic", headers={"If-None-Match": etag})

    assert (response.status_code, response.content) == (200, new)


async def test_unknown_serial_number_is_not_found(vendor):
    response = await vendor.get("/v1/licenses/9999999999.lic")

    assert problem_detail(response, 404) == "There are no licenses for serial number 9999999999."


async def test_refusal_returns_the_vendors_detail(vendor, folder):
    write_vendor_file(folder, f"refusals/{SERIAL}.json", {"detail": "The agreement ended in May."})

    assert problem_detail(await vendor.get(f"/v1/licenses/{SERIAL}.lic"), 403) == "The agreement ended in May."


async def test_malformed_refusal_file_is_a_server_error(vendor, folder):
    write_vendor_file(folder, f"refusals/{SERIAL}.json", "oops")

    detail = problem_detail(await vendor.get(f"/v1/licenses/{SERIAL}.lic"), 500)

    assert detail == "Something went wrong in the license server. Try again later."


@pytest.mark.parametrize(
    "path",
    [
        "/v1/licenses/..%2F..%2Fsecret.lic",
        "/v1/licenses/%2e%2e%2f%2e%2e%2fsecret.lic",
        "/v1/licenses/....lic",
        "/v1/licenses/1204417838%0a.lic",
        "/v1/licenses/%D9%A1%D9%A2%D9%A0%D9%A4%D9%A4%D9%A1%D9%A7%D9%A8%D9%A3%D9%A8.lic",
        "/v1/licenses/",
        "/refusals/1204417838.json",
        "/secret.lic",
        "/",
    ],
)
async def test_other_paths_are_not_found(vendor, folder, path):
    write_vendor_file(folder, "secret.lic", "secret")
    write_vendor_file(folder, f"refusals/{SERIAL}.json", {"detail": "secret"})

    assert "secret" not in problem_detail(await vendor.get(path), 404)


async def test_other_methods_are_not_allowed(vendor):
    response = await vendor.delete(f"/v1/licenses/{SERIAL}.lic")

    assert problem_detail(response, 405)
    assert set(response.headers["allow"].split(", ")) == {"GET", "HEAD"}
    assert problem_detail(await vendor.get("/v1/acceptances"), 405)


@pytest.mark.parametrize(("kind", "report"), [("acceptances", ACCEPTANCE), ("rejections", REJECTION)])
async def test_repeated_report_is_stored_once(vendor, folder, kind, report):
    first = await vendor.post(f"/v1/{kind}", json=report)
    again = await vendor.post(f"/v1/{kind}", json=report)

    assert (first.status_code, again.status_code, first.content) == (204, 204, b"")
    [kept] = (folder / kind).iterdir()
    assert kept.name.startswith(f"{SERIAL}-") and kept.suffix == ".json"
    assert json.loads(kept.read_text()) == report


async def test_parallel_reports_are_stored_once(vendor, folder):
    statuses = await asyncio.gather(*(vendor.post("/v1/acceptances", json=ACCEPTANCE) for _ in range(20)))

    assert {response.status_code for response in statuses} == {204}
    assert len(list((folder / "acceptances").iterdir())) == 1


async def test_reports_are_stored_per_document(vendor, folder):
    await vendor.post("/v1/acceptances", json=ACCEPTANCE)
    await vendor.post("/v1/acceptances", json={**ACCEPTANCE, "jti": "../../document"})

    assert len(list((folder / "acceptances").glob("*.json"))) == 2


async def test_number_of_reports_is_limited(vendor, monkeypatch):
    monkeypatch.setattr(document_store, "MAX_REPORTS", 2)
    for number in range(2):
        await vendor.post("/v1/acceptances", json={**ACCEPTANCE, "jti": str(number)})

    assert "Too many reports" in problem_detail(await vendor.post("/v1/acceptances", json=ACCEPTANCE), 429)
    assert (await vendor.post("/v1/acceptances", json={**ACCEPTANCE, "jti": "1"})).status_code == 204


async def test_report_for_an_unknown_serial_number_is_not_found(vendor, folder):
    response = await vendor.post("/v1/acceptances", json={**ACCEPTANCE, "serial": "9999999999"})

    assert problem_detail(response, 404) == "There are no licenses for serial number 9999999999."
    assert not (folder / "acceptances").exists()


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "it is not JSON"),
        (b"\xff", "it is not JSON"),
        (b"42", "it is malformed"),
        (b"[" * 5000, "it is "),  # too deep or unfinished, depending on the Python version
        (json.dumps({**ACCEPTANCE, "serial": "../../../etc"}), "`serial` is malformed"),
        (json.dumps({**ACCEPTANCE, "jti": 7}), "`jti` is malformed"),
        (json.dumps({**ACCEPTANCE, "activated_at": "2026-06-01T12:00:00"}), "`activated_at` is malformed"),
        (json.dumps({"serial": SERIAL, "jti": "x"}), "`activated_at` is missing"),
        (b'{"serial": "1204417838", "serial": "1204417838"}', "`serial` is stated twice"),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_malformed_report_is_rejected(vendor, content, fault):
    detail = problem_detail(await vendor.post("/v1/acceptances", content=content), 400)

    assert detail.startswith(f"The body cannot be used: {fault}")


async def test_body_size_is_limited(vendor):
    async def chunks():
        for _ in range(5):
            yield b" " * 4096

    assert problem_detail(await vendor.post("/v1/rejections", content=b" " * (MAX_BODY_SIZE + 1)), 413)
    assert problem_detail(await vendor.post("/v1/rejections", content=chunks()), 413)


async def test_slow_body_times_out(folder):
    app, sent = create_license_server(folder, body_timeout=0.01), []

    async def receive():
        await asyncio.Event().wait()

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/v1/acceptances", "headers": [], "query_string": b""}
    await app(scope, receive, send)

    assert sent[0]["status"] == 408


async def convert(vendor, **members):
    body = {"demo_serial": DEMO, "serial": SERIAL, "owner": OWNER, **members}
    return await vendor.post("/v1/conversions", json=body)


async def test_conversion_returns_the_purchased_document(vendor, folder):
    write_vendor_file(folder, f"conversions/{DEMO}.json", {"serial": SERIAL, "owner": OWNER})

    response = await convert(vendor)

    assert (response.status_code, response.content) == (200, DOCUMENT)
    assert response.headers["cache-control"] == "no-store"


async def test_purchased_document_may_have_another_path(vendor, folder):
    write_vendor_file(
        folder, f"conversions/{DEMO}.json", {"serial": SERIAL, "owner": OWNER, "document": "bought/1.lic"}
    )
    assert "not ready yet" in problem_detail(await convert(vendor), 503)

    write_vendor_file(folder, "bought/1.lic", "bought")
    assert (await convert(vendor)).content == b"bought"


@pytest.mark.parametrize("document", ["../secret.lic", "/etc/hostname"])
async def test_purchased_document_must_be_inside_the_folder(vendor, folder, document):
    write_vendor_file(folder, "../secret.lic", "secret")
    write_vendor_file(folder, f"conversions/{DEMO}.json", {"serial": SERIAL, "owner": OWNER, "document": document})

    assert problem_detail(await convert(vendor), 500)


@pytest.mark.parametrize("members", [{"serial": "1204417846"}, {"owner": OWNER.upper()}, {"owner": f" {OWNER}"}])
async def test_wrong_serial_or_owner_is_not_disclosed(vendor, folder, members):
    write_vendor_file(folder, f"conversions/{DEMO}.json", {"serial": SERIAL, "owner": OWNER})

    detail = problem_detail(await convert(vendor, **members), 403)

    assert detail.startswith("This serial number and license owner are not those of the purchase.")
    assert SERIAL not in detail and OWNER not in detail


async def test_conversion_without_a_purchase_is_not_found(vendor):
    assert problem_detail(await convert(vendor), 404) == f"There is no purchase for the demo with serial number {DEMO}."


async def test_malformed_demo_serial_number_is_rejected(vendor):
    assert "`demo_serial` is malformed" in problem_detail(await convert(vendor, demo_serial="101"), 400)


@pytest.fixture
def address(folder):
    """Run the license server on a free port and yield its URL."""
    config = uvicorn.Config(create_license_server(folder), port=0, ws="none", lifespan="off", log_level="warning")
    server, listener = uvicorn.Server(config), socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()


async def test_vendor_client_works_with_the_license_server(folder, address):
    write_vendor_file(folder, f"conversions/{DEMO}.json", {"serial": SERIAL, "owner": OWNER})
    client = VendorClient()
    fetched = await client.fetch(address, SERIAL, vendor="NordSync AS", etag=None)
    assert fetched.content == DOCUMENT and fetched.etag

    assert await client.fetch(address, SERIAL, vendor="NordSync AS", etag=fetched.etag) == FetchedDocument(
        None, fetched.etag
    )
    with pytest.raises(VendorRefused, match="There are no licenses for serial number 9999999999"):
        await client.fetch(address, "9999999999", vendor="NordSync AS", etag=None)
    bought = await client.convert(address, vendor="NordSync AS", demo_serial=DEMO, serial=SERIAL, owner=OWNER)
    assert bought == DOCUMENT
    with pytest.raises(VendorRefused, match="are not those of the purchase"):
        await client.convert(address, vendor="NordSync AS", demo_serial=DEMO, serial=SERIAL, owner="Somebody")
    await client.report(address, "acceptances", ACCEPTANCE, vendor="NordSync AS")
    await client.report(address, "rejections", REJECTION, vendor="NordSync AS")
    await client.aclose()
    assert len(list(folder.glob("acceptances/*.json"))) == len(list(folder.glob("rejections/*.json"))) == 1


async def test_head_request_has_headers_but_no_body(address):
    async with httpx2.AsyncClient() as client:
        response = await client.head(f"{address}/v1/licenses/{SERIAL}.lic")

    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-length"] == str(len(DOCUMENT))
    assert response.headers["etag"]


def test_serve_command_rejects_a_missing_folder(tmp_path, capsys):
    assert main(["issuer", "serve", str(tmp_path / "missing")]) == 1
    assert capsys.readouterr().err.startswith("FOLDER_MISSING: ")
