"""Who may manage licenses: never nobody."""

from licensing.enums import AuditAction, UserKind, UserStatus
from licensing.errors import Invalid, NotFound
from licensing.messages import Message
from models.user import User, sort_key, user_keys
from resolvers.auth.sessions import check_password_rules, end_sessions, hash_password
from resolvers.context import Context
from resolvers.unit_of_work import Change, Detail, unit_of_work


async def create_administrator(context: Context, *, login: str, password: str, name: str | None = None) -> User:
    """Makes a user an administrator who may log in, or makes one; either way the password is theirs from now on.

    Raises:
        Invalid: The login or the password will not do, or the user has retired.
    """
    login = login.strip()
    check_password_rules(password)
    password_hash = await hash_password(password)
    async with unit_of_work(context) as change:
        user = await User.get_or_none(installation_id=context.installation_id, login_key=sort_key(login))
        if user is None:
            user = await _make_user(context, login, (name or login).strip())
        elif user.status == UserStatus.RETIRED:
            raise Invalid(reason=Message("{name} has retired. Choose another user.", name=user.name))
        await _mark(change, user, password_hash)
    return user


async def set_password(context: Context, *, login: str, password: str) -> User:
    """Gives an administrator another password, and ends every session begun with the old one.

    Raises:
        NotFound: No administrator has this login.
        Invalid: The password will not do.
    """
    check_password_rules(password)
    password_hash = await hash_password(password)
    async with unit_of_work(context) as change:
        user = await User.get_or_none(
            installation_id=context.installation_id, login_key=sort_key(login.strip()), is_administrator=True
        )
        if user is None:
            raise NotFound
        await _give_password(user, password_hash)
        change.record(
            AuditAction.USER_CHANGED, user_id=user.id, user=user.name, what=Message("their password was changed")
        )
    return user


async def unmark_administrator(context: Context, user_id: int) -> None:
    """Lets a user manage licenses no more, and ends their sessions. One who is no administrator stays so.

    Raises:
        NotFound: There is no such user.
        Invalid: They are the last administrator who can log in.
    """
    async with unit_of_work(context) as change:
        user = await User.get_or_none(installation_id=context.installation_id, id=user_id)
        if user is None:
            raise NotFound
        if not user.is_administrator:
            return
        if await able_administrators(context) == {user.id}:
            raise last_administrator(user.name)
        user.is_administrator = False
        await user.save(update_fields=["is_administrator"])
        await end_sessions(user.id)
        details: list[Detail] = [("isAdministrator", "true", "false")]
        what = Message("they are no administrator any more")
        change.record(AuditAction.USER_CHANGED, user_id=user.id, details=details, user=user.name, what=what)


async def able_administrators(context: Context) -> set[int]:
    """Ids of the administrators who can log in, of whom there must always be one."""
    ids = await User.filter(
        installation_id=context.installation_id, is_administrator=True, can_log_in=True, status=UserStatus.ACTIVE.value
    ).values_list("id", flat=True)
    return {int(str(id)) for id in ids}


def last_administrator(name: str) -> Invalid:
    """The refusal to leave an installation without anybody who can manage its licenses."""
    return Invalid(
        reason=Message(
            "{name} is the last administrator who can log in. Make somebody else administrator first.", name=name
        )
    )


async def _make_user(context: Context, login: str, name: str) -> User:
    for text in (login, name):
        if not text or len(text) > 200 or not text.isprintable():
            raise Invalid(reason=Message("A login or a name is 1 to 200 characters in one line. Choose another."))
    return await User.create(
        installation_id=context.installation_id,
        login=login,
        name=name,
        kind=UserKind.EMPLOYEE.value,
        can_log_in=False,
        **user_keys(name=name, login=login, email=None, group=None, role=None, last_login_at=None),
    )


async def _mark(change: Change, user: User, password_hash: str) -> None:
    before = {"isAdministrator": user.is_administrator, "canLogIn": user.can_log_in, "status": user.status}
    user.is_administrator, user.can_log_in, user.status = True, True, UserStatus.ACTIVE.value
    await user.save(update_fields=["is_administrator", "can_log_in", "status"])
    await _give_password(user, password_hash)
    after = {"isAdministrator": True, "canLogIn": True, "status": user.status}
    details: list[Detail] = [
        (name, _text(before[name]), _text(after[name])) for name in after if before[name] != after[name]
    ]
    what = Message("they were made an administrator and given a password")
    change.record(AuditAction.USER_CHANGED, user_id=user.id, details=details, user=user.name, what=what)


async def _give_password(user: User, password_hash: str) -> None:
    user.password_hash = password_hash
    await user.save(update_fields=["password_hash"])
    await end_sessions(user.id)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
