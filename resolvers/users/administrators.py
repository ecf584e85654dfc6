"""Administrators: created, given passwords and demoted; the last one who can sign in is protected."""

from licensing.enums import AuditAction, UserKind, UserStatus
from licensing.errors import Invalid, NotFound
from licensing.messages import Message
from models.user import User, derived_columns, sort_key
from resolvers.auth.sessions import check_password_rules, end_sessions, hash_password
from resolvers.context import Context
from resolvers.unit_of_work import Detail, UnitOfWork, unit_of_work


async def create_administrator(context: Context, *, login: str, password: str, name: str | None = None) -> User:
    """Make the user with a login an administrator who can sign in, creating the user if necessary.

    Raises:
        Invalid: The login or the password is invalid, or the user has retired.
    """
    login = login.strip()
    check_password_rules(password)
    password_hash = await hash_password(password)
    async with unit_of_work(context) as unit:
        user = await User.get_or_none(installation_id=context.installation_id, login_key=sort_key(login))
        if user is None:
            user = await _create_user(context, login, (name or login).strip())
        elif user.status == UserStatus.RETIRED:
            raise Invalid(reason=Message("{name} has retired. Choose another user.", name=user.name))
        await _promote(unit, user, password_hash)
    return user


async def set_password(context: Context, *, login: str, password: str) -> User:
    """Change the password of an administrator and end all their sessions.

    Raises:
        NotFound: No administrator has this login.
        Invalid: The password is invalid.
    """
    check_password_rules(password)
    password_hash = await hash_password(password)
    async with unit_of_work(context) as unit:
        user = await User.get_or_none(
            installation_id=context.installation_id, login_key=sort_key(login.strip()), is_administrator=True
        )
        if user is None:
            raise NotFound
        await _set_password(user, password_hash)
        unit.record(
            AuditAction.USER_CHANGED, user_id=user.id, user=user.name, what=Message("their password was changed")
        )
    return user


async def unmark_administrator(context: Context, user_id: int) -> None:
    """Demote an administrator to an ordinary user and end their sessions; other users are left unchanged.

    Raises:
        NotFound: The user does not exist.
        Invalid: The user is the last administrator who can sign in.
    """
    async with unit_of_work(context) as unit:
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
        unit.record(AuditAction.USER_CHANGED, user_id=user.id, details=details, user=user.name, what=what)


async def able_administrators(context: Context) -> set[int]:
    """Return the IDs of the administrators who can sign in, of whom one must always remain."""
    ids = await User.filter(
        installation_id=context.installation_id, is_administrator=True, can_log_in=True, status=UserStatus.ACTIVE.value
    ).values_list("id", flat=True)
    return {int(str(id)) for id in ids}


def last_administrator(name: str) -> Invalid:
    """Return the error raised instead of removing the last administrator."""
    return Invalid(
        reason=Message(
            "{name} is the last administrator who can sign in. Make another user an administrator first.", name=name
        )
    )


async def _create_user(context: Context, login: str, name: str) -> User:
    for text in (login, name):
        if not text or len(text) > 200 or not text.isprintable():
            raise Invalid(reason=Message("A login or a name is 1 to 200 characters in one line. Choose another."))
    return await User.create(
        installation_id=context.installation_id,
        login=login,
        name=name,
        kind=UserKind.EMPLOYEE.value,
        can_log_in=False,
        **derived_columns(name=name, login=login, email=None, group=None, role=None, last_login_at=None),
    )


async def _promote(unit: UnitOfWork, user: User, password_hash: str) -> None:
    before = {"isAdministrator": user.is_administrator, "canLogIn": user.can_log_in, "status": user.status}
    user.is_administrator, user.can_log_in, user.status = True, True, UserStatus.ACTIVE.value
    await user.save(update_fields=["is_administrator", "can_log_in", "status"])
    await _set_password(user, password_hash)
    after = {"isAdministrator": True, "canLogIn": True, "status": user.status}
    details: list[Detail] = [
        (name, _text(before[name]), _text(after[name])) for name in after if before[name] != after[name]
    ]
    what = Message("they were made an administrator and given a password")
    unit.record(AuditAction.USER_CHANGED, user_id=user.id, details=details, user=user.name, what=what)


async def _set_password(user: User, password_hash: str) -> None:
    user.password_hash = password_hash
    await user.save(update_fields=["password_hash"])
    await end_sessions(user.id)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
