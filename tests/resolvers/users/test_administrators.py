import pytest

from licensing.enums import UserStatus
from licensing.errors import Invalid, NotFound
from models.audit_event import AuditEvent
from models.session import Session
from models.user import User
from resolvers.auth.sessions import authenticate_session, sign_in
from resolvers.context import Context
from resolvers.users.administrators import create_administrator, set_password, unmark_administrator

PASSWORD = "correct horse battery"


async def can_sign_in(login, password=PASSWORD):
    context = Context(None, "test")
    await sign_in(context, login, password, None)
    return context.session_secret


async def test_new_administrator_can_sign_in(context):
    user = await create_administrator(context, login="Kari", password=PASSWORD, name="Kari Nordby")

    assert (user.login, user.name, user.is_administrator) == ("Kari", "Kari Nordby", True)
    assert await can_sign_in("kari")
    event = await AuditEvent.filter(user_id=user.id).order_by("position").first()
    assert event.facts["what"]["template"] == "they were made an administrator and given a password"


async def test_existing_user_becomes_administrator(context, make_user):
    kari = await make_user("Kari Nordby", login="kari", can_log_in=False)

    user = await create_administrator(context, login="KARI", password=PASSWORD)

    assert user.id == kari.id
    event = await AuditEvent.get(user_id=kari.id)
    assert event.details == [["isAdministrator", "false", "true"], ["canLogIn", "false", "true"]]


async def test_retired_user_cannot_become_administrator(context, make_user):
    await make_user("Oskar Dahl", login="oskar", status=UserStatus.RETIRED)
    with pytest.raises(Invalid, match="retired"):
        await create_administrator(context, login="oskar", password=PASSWORD)


@pytest.mark.parametrize(("login", "password"), [("kari", "short"), ("", PASSWORD), ("a\nb", PASSWORD)])
async def test_invalid_login_or_password_is_rejected(context, login, password):
    with pytest.raises(Invalid):
        await create_administrator(context, login=login, password=password)
    assert await User.all().count() == 1


async def test_setting_a_password_ends_all_sessions(context, administrator):
    await set_password(context, login="INGA", password=PASSWORD)
    secret = await can_sign_in("inga")

    await set_password(context, login="inga", password="another horse battery")

    assert await authenticate_session(secret, context.now()) is None
    assert await can_sign_in("inga", "another horse battery")


async def test_only_administrators_have_passwords(context, make_user):
    await make_user("Kari Nordby", login="kari")
    with pytest.raises(NotFound):
        await set_password(context, login="kari", password=PASSWORD)


async def test_last_administrator_cannot_be_demoted(context, administrator, make_user):
    await make_user("Kari Nordby", is_administrator=True, can_log_in=False)
    with pytest.raises(Invalid, match="Inga Solheim is the last administrator"):
        await unmark_administrator(context, administrator.id)


async def test_demoting_an_administrator_ends_sessions(context, administrator):
    await create_administrator(context, login="kari", password=PASSWORD)
    await set_password(context, login="inga", password=PASSWORD)
    await can_sign_in("inga")

    await unmark_administrator(context, administrator.id)

    assert not (await User.get(id=administrator.id)).is_administrator
    assert not await Session.exists(user_id=administrator.id)


async def test_administrator_of_another_installation_is_not_found(context, other_installation, make_user):
    user = await make_user("Kari Nordby", is_administrator=True)
    await User.filter(id=user.id).update(installation_id=await other_installation())
    with pytest.raises(NotFound):
        await unmark_administrator(context, user.id)
