"""When the vendor cannot be reached over the net, an administrator imports the file that it sent."""

import asyncio

import pytest

from tests.acceptance.conftest import Client, Running, codes
from tests.acceptance.operations import ACTIVATE, AUDIT, IMPORT, LICENSES, PENDING, REJECT


async def test_a_preview_shows_what_it_would_change_and_keeps_nothing(inga: Client, server: Running) -> None:
    before = await inga.run(PENDING)

    payload = await inga.run(IMPORT, input={"file": {"text": server.demo.files["growth.lic"]}, "mode": "PREVIEW"})

    assert codes(payload) == []
    assert payload["document"]["sequence"] == 3
    sales = next(one for one in payload["changeSet"]["changes"] if one["key"] == "superoffice.ten-sales")
    assert (sales["kind"], sales["oldTotal"], sales["newTotal"]) == ("INCREASED", 21, 25)
    assert await inga.run(PENDING) == before
    assert await inga.run("query ($id: ID!) { node(id: $id) { id } }", id=payload["changeSet"]["id"]) is None


async def test_what_fits_is_activated_and_supersedes_what_waited(inga: Client, server: Running) -> None:
    payload = await inga.run(IMPORT, input={"file": {"text": server.demo.files["growth.lic"]}})

    assert payload["changeSet"]["status"] == "ACTIVATED"
    assert await inga.run(PENDING) == []


async def test_it_is_uploaded_as_a_file_too(inga: Client, server: Running) -> None:
    payload = await inga.upload(
        IMPORT, {"input": {"file": {"upload": None}}}, "input.file.upload", server.demo.files["growth.lic"].encode()
    )
    assert payload["changeSet"]["status"] == "ACTIVATED"


async def test_the_same_file_again_is_the_same_change_set(inga: Client, server: Running) -> None:
    file = {"text": server.demo.files["renewal.lic"]}
    [waiting] = await inga.run(PENDING)
    payload = await inga.run(IMPORT, input={"file": file})
    assert payload["changeSet"]["id"] == waiting["id"]


async def test_mailed_files_lose_nothing_by_white_space(inga: Client, server: Running) -> None:
    mailed = "\r\n" + server.demo.files["renewal.lic"].replace("\n", "  \r\n") + "\r\n\r\n"
    [waiting] = await inga.run(PENDING)
    payload = await inga.run(IMPORT, input={"file": {"text": mailed}})
    assert payload["changeSet"]["id"] == waiting["id"]


async def test_a_rejected_file_imported_by_hand_waits_for_review(inga: Client, server: Running) -> None:
    [waiting] = await inga.run(PENDING)
    await inga.run(REJECT, input={"changeSetId": waiting["id"], "reason": "A mistake"})

    payload = await inga.run(IMPORT, input={"file": {"text": server.demo.files["renewal.lic"]}})

    assert payload["changeSet"]["id"] != waiting["id"]
    assert payload["changeSet"]["status"] == "BLOCKED_BY_SURPLUS"


@pytest.mark.parametrize(
    ("name", "code"), [("tampered.lic", "SIGNATURE_INVALID"), ("other-installation.lic", "SERIAL_NUMBER_MISMATCH")]
)
async def test_a_file_that_is_not_the_vendors_or_not_for_us_is_refused_in_words(
    inga: Client, server: Running, name: str, code: str
) -> None:
    payload = await inga.run(IMPORT, input={"file": {"text": server.demo.files[name]}})

    assert codes(payload) == [code]
    assert payload["changeSet"] is None
    assert (payload["document"] is None) == (code == "SIGNATURE_INVALID")  # what is signed says what it is
    assert payload["userErrors"][0]["message"].count(".") >= 2  # what happened, and what to do
    log = await inga.run(AUDIT, filter={"actions": ["LICENSE_FILE_REFUSED"]})
    assert len(log["nodes"]) == 1


async def test_what_is_no_license_file_is_refused(inga: Client) -> None:
    assert codes(await inga.run(IMPORT, input={"file": {"text": "Hello"}})) == ["FILE_INVALID"]
    assert codes(await inga.run(IMPORT, input={"file": {"text": "x" * (256 * 1024 + 1)}})) == ["FILE_TOO_LARGE"]


async def test_an_older_file_is_outdated(inga: Client, server: Running) -> None:
    await inga.run(IMPORT, input={"file": {"text": server.demo.files["growth.lic"]}})
    payload = await inga.run(IMPORT, input={"file": {"text": server.demo.files["renewal.lic"]}})
    assert codes(payload) == ["FILE_OUTDATED"]


async def test_twenty_imports_of_two_files_at_once_end_in_one_consistent_state(inga: Client, server: Running) -> None:
    files = [server.demo.files["renewal.lic"], server.demo.files["growth.lic"]] * 10

    payloads = await asyncio.gather(*(inga.run(IMPORT, input={"file": {"text": text}}) for text in files))

    assert {code for payload in payloads for code in codes(payload)} <= {"FILE_OUTDATED"}
    assert await inga.run(PENDING) == []
    licenses = await inga.run(LICENSES, filter={"vendor": "superoffice"})
    assert next(one["seats"] for one in licenses["nodes"] if one["key"] == "superoffice.ten-sales")["total"] == 25
    log = await inga.run(AUDIT, filter={"actions": ["LICENSES_ACTIVATED"], "vendor": "superoffice"})
    assert len(log["nodes"]) == 2


async def test_growth_fits_after_the_renewal_too(inga: Client, server: Running) -> None:
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
