import pytest
from tortoise.connection import get_connection
from tortoise.expressions import F

from licensing.documents.keys import parse_public_jwk, public_jwk
from models.assignment import Assignment
from models.audit_event import AuditEvent
from models.change_set import ReceivedDocument
from models.installation import Installation
from models.license import License
from models.user import User
from models.vendor import Vendor
from resolvers.context import system_context
from resolvers.operations.doctor import examine, repair_assignments, repair_seats
from resolvers.principals import COMMAND_LINE
from resolvers.vendors.trusted_keys import distrust_key
from server.demo.installation import fill
from tests.support.factories import make_installation


@pytest.fixture
async def demo(database):
    return await fill("correct horse battery")


@pytest.fixture
def context(demo):
    return system_context(demo.installation_id, actor=COMMAND_LINE, request_id="test")


def derived(assignment):
    return assignment.held_since, assignment.idle_since, assignment.user_name_key


async def codes(context):
    return [finding.code for finding in await examine(context)]


async def test_demo_has_no_findings(context):
    assert await examine(context) == []


async def test_signature_of_a_distrusted_key_is_valid(context, demo):
    await distrust_key(context, parse_public_jwk(public_jwk(demo.keys["superoffice"])).kid)
    assert await examine(context) == []


async def test_wrong_seat_count_is_repaired(context):
    await License.filter(code="ten-service").update(in_use=9)
    [finding] = await examine(context)
    assert finding.code == "SEATS_MISCOUNTED"
    assert finding.message.startswith("superoffice.ten-service counts 9 seats in use and has 5 assignments.")

    assert await repair_seats(context) == ["Service Premium"]

    assert (await License.get(code="ten-service")).in_use == 5
    assert await examine(context) == []
    event = await AuditEvent.get(action="SEATS_REPAIRED")
    assert (event.facts, event.details) == ({"license": "Service Premium"}, [["inUse", "9", "5"]])


async def test_repair_without_findings_changes_nothing(context):
    assert await repair_seats(context) == []
    assert not await AuditEvent.exists(action="SEATS_REPAIRED")


async def test_count_above_the_total_is_not_repaired(context):
    await License.filter(code="ten-service").update(in_use=2, total=2)
    assert await codes(context) == ["SEATS_EXCEEDED"]
    assert await repair_seats(context) == []


async def test_altered_document_is_found(context):
    document = await ReceivedDocument.all().order_by("id").first()
    content = bytes(document.content)
    document.content = content.replace(content[100:104], b"AAAA", 1)
    await document.save()
    assert await codes(context) == ["SIGNATURE_INVALID"]


async def test_document_with_wrong_hash_is_found(context):
    await ReceivedDocument.filter(sequence=2).update(sha256="0" * 64)
    assert await codes(context) == ["SIGNATURE_INVALID"]


@pytest.mark.parametrize("columns", [{"includes": ["no-such-code"]}, {"requires": "no-such-code"}])
async def test_reference_to_a_missing_license_is_found(context, columns):
    await License.filter(code="ten-sales").update(**columns)
    assert await codes(context) == ["LICENSE_MISSING"]


async def test_missing_main_vendor_is_found(context):
    await Vendor.all().update(is_main=False)
    assert await codes(context) == ["MAIN_VENDOR_MISSING"]


async def test_assignment_of_a_retired_user_is_found(context):
    await User.filter(login="kari").update(status="RETIRED")
    assert await codes(context) == ["ASSIGNMENT_WRONG"]


async def test_assignment_with_wrong_plan_flag_is_found(context):
    without_plan = await User.get(login="unni")
    assignment = await Assignment.filter(license__code="visible-for").order_by("id").first()
    await Assignment.filter(id=assignment.id).update(user_id=without_plan.id, is_plan=True)
    await repair_assignments(context)
    assert await codes(context) == ["ASSIGNMENT_WRONG"]


@pytest.mark.parametrize(
    "columns",
    [{"held_since": 9_000_000_000_000_000}, {"idle_since": F("idle_since") + 1}, {"user_name_key": "someone else"}],
    ids=["held_since after idle_since", "idle_since", "user_name_key"],
)
async def test_wrong_sort_columns_of_assignments_are_repaired(context, columns):
    assignment = await Assignment.filter(license__code="ten-sales").order_by("id").first()
    await Assignment.filter(id=assignment.id).update(**columns)
    [finding] = await examine(context)
    assert finding.code == "ASSIGNMENT_COLUMNS_WRONG"
    assert finding.message.startswith("The sort columns of 1 assignments are wrong.")

    assert await repair_assignments(context) == 1

    repaired = await Assignment.get(id=assignment.id)
    if "held_since" not in columns:
        assert derived(repaired) == derived(assignment)
    assert await examine(context) == []


async def test_assignments_of_the_previous_version_are_repaired(context):
    assignment = await Assignment.filter(license__code="ten-sales").order_by("id").first()
    await Assignment.filter(id=assignment.id).update(held_since=0, idle_since=0, user_name_key="")
    assert await codes(context) == ["ASSIGNMENT_COLUMNS_WRONG"]

    assert await repair_assignments(context) == 1

    assert derived(await Assignment.get(id=assignment.id)) == derived(assignment)
    assert await repair_assignments(context) == 0


async def test_assignments_of_other_installations_are_not_repaired(context, demo):
    other = await make_installation("2000000006", "Annen Bedrift AS")
    await Assignment.all().update(user_name_key="wrong")

    theirs = system_context(other.id, actor=COMMAND_LINE, request_id="test")
    assert await repair_assignments(theirs) == 0


async def test_wrong_derived_keys_are_found(context):
    await User.filter(login="kari").update(name="Kari Moen")
    assert await codes(context) == ["USER_KEYS_WRONG"]


async def test_wrong_event_counter_is_found(context):
    await Installation.all().update(event_position=1)
    assert await codes(context) == ["EVENT_POSITION_WRONG"]


async def test_other_installations_are_not_examined(context, database):
    other = await Installation.create(serial_number="2000000006", license_owner="Annen Bedrift AS")
    await get_connection("default").execute_query(f"UPDATE installation SET event_position = 7 WHERE id = {other.id}")
    assert await examine(context) == []
