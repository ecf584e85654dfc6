"""`seatkeeper revoke`: revoke licenses from the users marked in a file."""

from argparse import Namespace
from collections import defaultdict
from dataclasses import replace

from licensing.enums import RevocationOutcome
from licensing.errors import NotFound
from models.user import sort_key
from resolvers.context import Context
from resolvers.exports.revocation_list import MarkedLine, read_marked
from resolvers.licenses.assignments import Revocation, preview_revocations, revoke_user_licenses
from resolvers.licenses.catalog import load_catalog
from resolvers.users.users import ids_by_login
from server.commands.arguments import Subparsers, add_command, add_installation_option, add_json_option, existing_file
from server.commands.connection import installation_context
from server.commands.terminal import create_progress_bar, print_error, print_json, print_line, print_table

BATCH_SIZE = 1_000

_DESCRIPTION = """Revoke licenses as listed in a CSV file in UTF-8, such as `seatkeeper export surplus` writes. For each
line with any text in the column `revoke`, the license with the key in `license` is revoked from the user with the login
in `login`. Lines that fail are reported by number while the others are applied; the exit code is then 1."""

LineOutcome = tuple[MarkedLine, Revocation]


def register(commands: Subparsers) -> None:
    """Register the command."""
    parser = add_command(commands, "revoke", revoke, "revoke licenses from the users marked in a file", _DESCRIPTION)
    parser.add_argument("file", metavar="FILE.csv", type=existing_file, help="the list")
    parser.add_argument("--preview", action="store_true", help="print the outcomes without changing anything")
    add_installation_option(parser)
    add_json_option(parser)


async def revoke(arguments: Namespace) -> bool:
    """Revoke the marked licenses, 1,000 users of one license per transaction, and print the outcome of each line.

    Returns:
        Whether no line was blocked or named an unknown user.
    """
    from server.exports.formats import unescape_formula  # imports the schema, which is slow to build

    with arguments.file.open(encoding="utf-8-sig", newline="") as file:
        marked = [replace(line, login=unescape_formula(line.login)) for line in read_marked(file)]
    by_license: defaultdict[str, list[MarkedLine]] = defaultdict(list)
    for line in marked:
        by_license[line.license].append(line)
    outcomes: list[LineOutcome] = []
    async with installation_context(arguments) as context:
        _require_known_licenses(set((await context.cached_read(load_catalog)).by_key), by_license)
        with create_progress_bar() as bar:
            task = bar.add_task("Previewing" if arguments.preview else "Revoking", total=len(marked))
            for license, lines in by_license.items():
                for start in range(0, len(lines), BATCH_SIZE):
                    batch = lines[start : start + BATCH_SIZE]
                    outcomes += await _revoke_lines(context, license, batch, preview=arguments.preview)
                    bar.advance(task, len(batch))
    _print_outcomes(outcomes, arguments)
    return all(one.is_revoked or one.outcome is RevocationOutcome.NOT_ASSIGNED for _, one in outcomes)


def _require_known_licenses(known: set[str], by_license: dict[str, list[MarkedLine]]) -> None:
    for license, lines in by_license.items():
        if license not in known:
            print_error(f"Line {lines[0].line}: there is no license {license}.")
            raise NotFound


async def _revoke_lines(
    context: Context, license_key: str, lines: list[MarkedLine], *, preview: bool
) -> list[LineOutcome]:
    license_id = (await context.cached_read(load_catalog)).by_key[license_key].id
    ids = await ids_by_login(context, [line.login for line in lines])
    apply = preview_revocations if preview else revoke_user_licenses
    user_ids = [ids.get(sort_key(line.login), 0) for line in lines]
    outcomes = {one.user_id: one for one in await apply(context, license_id, list(dict.fromkeys(user_ids)))}
    return [(line, outcomes[user_id]) for line, user_id in zip(lines, user_ids, strict=True)]


def _print_outcomes(outcomes: list[LineOutcome], arguments: Namespace) -> None:
    columns = ("line", "license", "login", "outcome", "blocker")
    rows = [
        (marked.line, marked.license, marked.login, one.outcome.value, one.blocker and one.blocker.value)
        for marked, one in outcomes
    ]
    if arguments.json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
        return
    if arguments.preview:
        print_table(("Line", "License", "Login", "Outcome", "Blocker"), rows)
    else:
        for line, license, login, outcome, blocker in rows:
            if outcome in (RevocationOutcome.BLOCKED, RevocationOutcome.USER_NOT_FOUND):
                print_error(f"Line {line}: {license} was not revoked from {login}: {blocker or outcome}.")
    count = sum(one.is_revoked for _, one in outcomes)
    verb = "would be revoked. Nothing was changed" if arguments.preview else "revoked"
    print_line(f"{count:,} of {len(outcomes):,} licenses {verb}.")
