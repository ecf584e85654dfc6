"""`seatkeeper export`: whole lists as files."""

import sys
from argparse import Namespace
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from resolvers.audit.log import AuditFilter, count_events
from resolvers.change_sets.change_sets import surplus_requirements
from resolvers.context import Context
from resolvers.exports import exports
from resolvers.exports.exports import Batches
from resolvers.licenses.assignment_queries import count_assignments
from resolvers.licenses.catalog import LicenseFilter, count_licenses
from resolvers.users.users import UserFilter, count_users
from server.commands.arguments import Subparsers, add_command, add_noun, takes_installation
from server.commands.connection import in_installation
from server.commands.terminal import complain, progress

FORMATS = ("csv", "ndjson")


async def _holders(context: Context) -> int:
    licenses = list((await context.loaders.catalog()).by_id)
    return sum(await count_assignments(context, licenses, UserFilter()))


async def _in_surplus(context: Context) -> int:
    return sum(surplus.seats_in_use for surplus in await surplus_requirements(context))


_WHAT: dict[str, tuple[str, type, Callable[[Context], Batches], Callable[[Context], Awaitable[int]]]] = {
    "users": (
        "users and the licenses they hold",
        exports.UserLine,
        lambda context: exports.export_users(context, UserFilter()),
        lambda context: count_users(context, UserFilter()),
    ),
    "assignments": (
        "who holds what",
        exports.AssignmentLine,
        lambda context: exports.export_assignments(context, UserFilter()),
        _holders,
    ),
    "licenses": (
        "licenses in force and their seats",
        exports.LicenseLine,
        lambda context: exports.export_licenses(context, LicenseFilter()),
        lambda context: count_licenses(context, LicenseFilter()),
    ),
    "audit": (
        "the audit log",
        exports.AuditLine,
        lambda context: exports.export_audit(context, AuditFilter()),
        lambda context: count_events(context, AuditFilter()),
    ),
    "surplus": (
        "holders of licenses that have too few seats, those marked whom they are best taken from",
        exports.SurplusLine,
        exports.export_surplus,
        _in_surplus,
    ),
}


def add_to(commands: Subparsers) -> None:
    """Adds the noun."""
    verbs = add_noun(commands, "export", "whole lists as files")
    for name, (help, *_) in _WHAT.items():
        parser = add_command(verbs, name, export, f"write {help}")
        parser.add_argument("--format", choices=FORMATS, default=FORMATS[0], help="the first if not given")
        parser.add_argument("-o", "--output", metavar="FILE", type=Path, help="where to; to the output if not given")
        parser.set_defaults(what=name)
        takes_installation(parser)


async def export(arguments: Namespace) -> None:
    """Writes a list, some lines at once."""
    from server.exports.formats import ExportFormat, written  # brings the schema along, which is slow to build

    _, line, read, count = _WHAT[arguments.what]
    async with in_installation(arguments) as context:
        with progress() as bar, _opened(arguments.output) as file:
            task = bar.add_task(f"Exporting {arguments.what}", total=await count(context))
            lines = 0

            async def counted() -> AsyncIterator[Any]:
                nonlocal lines
                async for batch in read(context):
                    yield batch
                    lines += len(batch)
                    bar.update(task, completed=lines)

            async for chunk in written(counted(), line, ExportFormat(arguments.format)):
                file.write(chunk)
    if arguments.output:
        complain(f"{lines:,} lines written to {arguments.output}.")


@contextmanager
def _opened(path: Path | None) -> Iterator[BinaryIO]:
    """Where to write: a file stands under its name only when it is whole."""
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as file:
        yield file
    part.replace(path)
