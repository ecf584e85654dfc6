"""An administrator imports a license file when the vendor's license server cannot be reached."""

import asyncio

import pytest

from tests.support.api_client import Client, codes
from tests.support.demo_server import RunningServer
from tests.support.operations import ACTIVATE, AUDIT, IMPORT, LICENSES, PENDING, REJECT


async def test_preview_stores_nothing(inga: Client, server: RunningServer) -> None:
    before = await inga.run(PENDING)

    payload = await inga.run(IMPORT, input={"file": {"text": server.demo.files["growth.lic"]}, "mode": "PREVIEW"})

    assert codes(payload) == []
    assert payload["document"]["sequence"] == 3
    sales = next(one for one in payload["changeSet"]["changes"] if one["key"] == "superoffice.ten-sales")
    assert (sales["kind"], sales["oldTotal"], sales["newTotal"]) == ("INCREASED", 21, 25)
    assert await inga.run(PENDING) == before
    assert await inga.run("query ($id: ID!) { node(id: $id) { id } }", id=payload["changeSet"]["id"]) is None


async def test_fitting_file_is_activated_and_supersedes_pending(inga: Client, server: RunningServer) -> None:
    payload = await inga.run(IMPORT, input={"file": {"text": server.demo.files["growth.lic"]}})

    assert payload["changeSet"]["status"] == "ACTIVATED"
    assert await inga.run(PENDING) == []


async def test_license_file_can_be_uploaded(inga: Client, server: RunningServer) -> None:
    payload = await inga.upload(
        IMPORT, {"input": {"file": {"upload": None}}}, "input.file.upload", server.demo.files["growth.lic"].encode()
    )
    assert payload["changeSet"]["status"] == "ACTIVATED"


async def test_importing_the_same_file_returns_its_change_set(inga: Client, server: RunningServer) -> None:
    file = {"text": server.demo.files["renewal.lic"]}
    [waiting] = await inga.run(PENDING)
    payload = await inga.run(IMPORT, input={"file": file})
    assert payload["changeSet"]["id"] == waiting["id"]


async def test_white_space_around_armor_is_ignored(inga: Client, server: RunningServer) -> None:
    mailed = "\r\n" + server.demo.files["renewal.lic"].replace("\n", "  \r\n") + "\r\n\r\n"
    [waiting] = await inga.run(PENDING)
    payload = await inga.run(IMPORT, input={"file": {"text": mailed}})
    assert payload["changeSet"]["id"] == waiting["id"]


async def test_rejected_file_can_be_imported_again(inga: Client, server: RunningServer) -> None:
    [waiting] = await inga.run(PENDING)
    await inga.run(REJECT, input={"changeSetId": waiting["id"], "reason": "A mistake"})

    payload = await inga.run(IMPORT, input={"file": {"text": server.demo.files["renewal.lic"]}})

    assert payload["changeSet"]["id"] != waiting["id"]
    assert payload["changeSet"]["status"] == "BLOCKED_BY_SURPLUS"


@pytest.mark.parametrize(
    ("name", "code"), [("tampered.lic", "SIGNATURE_INVALID"), ("other-installation.lic", "SERIAL_NUMBER_MISMATCH")]
)
async def test_unusable_file_is_refused_with_advice(inga: Client, server: RunningServer, name: str, code: str) -> None:
    payload = await inga.run(IMPORT, input={"file": {"text": server.demo.files[name]}})

    assert codes(payload) == [code]
    assert payload["changeSet"] is None
    assert (payload["document"] is None) == (code == "SIGNATURE_INVALID")  # verified documents are described
    assert payload["userErrors"][0]["message"].count(".") >= 2  # the cause and the next step
    log = await inga.run(AUDIT, filter={"actions": ["LICENSE_FILE_REFUSED"]})
    assert len(log["nodes"]) == 1


async def test_invalid_license_files_are_rejected(inga: Client) -> None:
    assert codes(await inga.run(IMPORT, input={"file": {"text": "Hello"}})) == ["FILE_INVALID"]
    assert codes(await inga.run(IMPORT, input={"file": {"text": "x" * (256 * 1024 + 1)}})) == ["FILE_TOO_LARGE"]


async def test_older_file_is_outdated(inga: Client, server: RunningServer) -> None:
    await inga.run(IMPORT, input={"file": {"text": server.demo.files["growth.lic"]}})
    payload = await inga.run(IMPORT, input={"file": {"text": server.demo.files["renewal.lic"]}})
    assert codes(payload) == ["FILE_OUTDATED"]


async def test_concurrent_imports_end_in_a_consistent_state(inga: Client, server: RunningServer) -> None:
    files = [server.demo.files["renewal.lic"], server.demo.files["growth.lic"]] * 10

    payloads = await asyncio.gather(*(inga.run(IMPORT, input={"file": {"text": text}}) for text in files))

    assert {code for payload in payloads for code in codes(payload)} <= {"FILE_OUTDATED"}
    assert await inga.run(PENDING) == []
    licenses = await inga.run(LICENSES, filter={"vendor": "superoffice"})
    assert next(one["seats"] for one in licenses["nodes"] if one["key"] == "superoffice.ten-sales")["total"] == 25
    log = await inga.run(AUDIT, filter={"actions": ["LICENSES_ACTIVATED"], "vendor": "superoffice"})
    assert len(log["nodes"]) == 2


async def test_growth_is_activated_after_the_renewal(inga: Client, server: RunningServer) -> None:
    [renewal] = await inga.run(PENDING)
    sales = (await inga.run('{ license(key: "superoffice.ten-sales") { id } }'))["id"]
    holders = await inga.run("{ surplusRequirements { suggestions { assignment { user { id } } } } }")
    ids = [one["assignment"]["user"]["id"] for one in holders[0]["suggestions"]]
    activated = await inga.run(
        ACTIVATE, input={"changeSetId": renewal["id"], "revocations": [{"licenseId": sales, "userIds": ids}]}
    )
    assert codes(activated) == []

    payload = await inga.run(IMPORT, input={"file": {"text": server.demo.files["growth.lic"]}})

    assert payload["changeSet"]["status"] == "ACTIVATED"
