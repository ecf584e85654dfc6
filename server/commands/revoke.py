"""`seatkeeper revoke`: takes licenses from the users that are marked in a file."""

from argparse import ArgumentTypeError, Namespace
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

from licensing.enums import RevocationOutcome
from licensing.errors import NotFound
from models.user import sort_key
from resolvers.context import Context
from resolvers.exports.revocation_list import MarkedLine, read_marked
from resolvers.licenses.assignments import Revocation, preview_revocations, revoke_user_licenses
from resolvers.users.users import ids_by_login
from server.commands.arguments import Subparsers, add_command, takes_installation, takes_json
from server.commands.connection import in_installation
from server.commands.terminal import complain, print_json, print_table, progress, say

LINES_AT_ONCE = 1_000

_DESCRIPTION = """Takes licenses from users: a CSV file in UTF-8, as `seatkeeper export surplus` writes it; each
line of it with anything in the column `revoke` takes the license with the key in `license` from the user with the
login in `login`. Lines that cannot be done are reported by number, and the rest is done; the exit code is 1 then."""

Outcome = tuple[MarkedLine, Revocation]


def add_to(commands: Subparsers) -> None:
    """Adds the command."""
    parser = add_command(commands, "revoke", revoke, "take licenses from the users marked in a file", _DESCRIPTION)
    parser.add_argument("file", metavar="FILE.csv", type=_existing_file, help="the list")
    parser.add_argument("--preview", action="store_true", help="say what would happen, and change nothing")
    takes_installation(parser)
    takes_json(parser)


async def revoke(arguments: Namespace) -> bool:
    """Takes the licenses, a thousand users of a license in a transaction, and reports what became of each line."""
    from server.exports.formats import as_it_was  # brings the schema along, which is slow to build

    with arguments.file.open(encoding="utf-8-sig", newline="") as file:
        marked = [replace(line, login=as_it_was(line.login)) for line in read_marked(file)]
    by_license: defaultdict[str, list[MarkedLine]] = defaultdict(list)
    for line in marked:
        by_license[line.license].append(line)
    outcomes: list[Outcome] = []
    async with in_installation(arguments) as context:
        _check_licenses(set((await context.loaders.catalog()).by_key), by_license)
        with progress() as bar:
            task = bar.add_task("Looking" if arguments.preview else "Revoking", total=len(marked))
            for license, lines in by_license.items():
                for start in range(0, len(lines), LINES_AT_ONCE):
                    some = lines[start : start + LINES_AT_ONCE]
                    outcomes += await _do(context, license, some, preview=arguments.preview)
                    bar.advance(task, len(some))
    _report(outcomes, arguments)
    return all(one.is_revoked or one.outcome is RevocationOutcome.NOT_ASSIGNED for _, one in outcomes)


def _existing_file(path: str) -> Path:
    if not Path(path).is_file():
        raise ArgumentTypeError(f"there is no file {path}")
    return Path(path)


def _check_licenses(known: set[str], by_license: dict[str, list[MarkedLine]]) -> None:
    for license, lines in by_license.items():
        if license not in known:
            complain(f"Line {lines[0].line}: there is no license {license}.")
            raise NotFound


async def _do(context: Context, license_key: str, lines: list[MarkedLine], *, preview: bool) -> list[Outcome]:
    license_id = (await context.loaders.catalog()).by_key[license_key].id
    ids = await ids_by_login(context, [line.login for line in lines])
    do = preview_revocations if preview else revoke_user_licenses
    user_ids = [ids.get(sort_key(line.login), 0) for line in lines]
    outcomes = {one.user_id: one for one in await do(context, license_id, list(dict.fromkeys(user_ids)))}
    return [(line, outcomes[user_id]) for line, user_id in zip(lines, user_ids, strict=True)]


def _report(outcomes: list[Outcome], arguments: Namespace) -> None:
    columns = ("line", "license", "login", "outcome", "blocker")
    rows = [
        (at.line, at.license, at.login, one.outcome.value, one.blocker and one.blocker.value) for at, one in outcomes
    ]
    if arguments.json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
        return
    if arguments.preview:
        print_table(("Line", "License", "Login", "Outcome", "Blocker"), rows)
    else:
        for line, license, login, outcome, blocker in rows:
            if outcome in (RevocationOutcome.BLOCKED, RevocationOutcome.USER_NOT_FOUND):
                complain(f"Line {line}: {license} was not taken from {login}: {blocker or outcome}.")
    count = sum(one.is_revoked for _, one in outcomes)
    verb = "would be revoked. Nothing was changed" if arguments.preview else "revoked"
    say(f"{count:,} of {len(outcomes):,} licenses {verb}.")
