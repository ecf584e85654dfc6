"""`seatkeeper export`: complete lists as CSV or NDJSON files."""

import sys
from argparse import Namespace
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from resolvers.audit.log import AuditCriteria, count_events
from resolvers.change_sets.change_sets import surplus_requirements
from resolvers.context import Context
from resolvers.exports import exports
from resolvers.exports.exports import Batches
from resolvers.licenses.assignment_queries import count_assignments
from resolvers.licenses.catalog import LicenseCriteria, count_licenses, load_catalog
from resolvers.user_criteria import UserCriteria
from resolvers.users.users import count_users
from server.commands.arguments import Subparsers, add_command, add_command_group, add_installation_option
from server.commands.connection import installation_context
from server.commands.terminal import create_progress_bar, print_error

FORMATS = ("csv", "ndjson")


async def _count_assignments(context: Context) -> int:
    licenses = list((await context.cached_read(load_catalog)).by_id)
    return sum(await count_assignments(context, licenses, UserCriteria()))


async def _count_surplus_assignments(context: Context) -> int:
    return sum(surplus.seats_in_use for surplus in await surplus_requirements(context))


_EXPORTS: dict[str, tuple[str, type, Callable[[Context], Batches], Callable[[Context], Awaitable[int]]]] = {
    "users": (
        "users and the licenses they hold",
        exports.UserLine,
        lambda context: exports.export_users(context, UserCriteria()),
        lambda context: count_users(context, UserCriteria()),
    ),
    "assignments": (
        "license assignments",
        exports.AssignmentLine,
        lambda context: exports.export_assignments(context, UserCriteria()),
        _count_assignments,
    ),
    "licenses": (
        "licenses in force and their seats",
        exports.LicenseLine,
        lambda context: exports.export_licenses(context, LicenseCriteria()),
        lambda context: count_licenses(context, LicenseCriteria()),
    ),
    "audit": (
        "the audit log",
        exports.AuditLine,
        lambda context: exports.export_audit(context, AuditCriteria()),
        lambda context: count_events(context, AuditCriteria()),
    ),
    "surplus": (
        "holders of licenses with more seats in use than the new total; the suggested revocations are marked",
        exports.SurplusLine,
        exports.export_surplus,
        _count_surplus_assignments,
    ),
}


def register(commands: Subparsers) -> None:
    """Register the command group."""
    verbs = add_command_group(commands, "export", "export complete lists as files")
    for name, (help, *_) in _EXPORTS.items():
        parser = add_command(verbs, name, export, f"write {help}")
        parser.add_argument(
            "--format", choices=FORMATS, default=FORMATS[0], help="format of the file (default: %(default)s)"
        )
        parser.add_argument(
            "-o", "--output", metavar="FILE", type=Path, help="file to write (default: standard output)"
        )
        parser.set_defaults(export_name=name)
        add_installation_option(parser)


async def export(arguments: Namespace) -> None:
    """Write a list in batches, with a progress bar in a terminal."""
    from server.exports.formats import ExportFormat, encode_export  # imports the schema, which is slow to build

    _, line, read, count = _EXPORTS[arguments.export_name]
    async with installation_context(arguments) as context:
        with create_progress_bar() as bar, _open_output(arguments.output) as file:
            task = bar.add_task(f"Exporting {arguments.export_name}", total=await count(context))
            lines = 0

            async def count_lines() -> AsyncIterator[Any]:
                nonlocal lines
                async for batch in read(context):
                    yield batch
                    lines += len(batch)
                    bar.update(task, completed=lines)

            async for chunk in encode_export(count_lines(), line, ExportFormat(arguments.format)):
                file.write(chunk)
    if arguments.output:
        print_error(f"{lines:,} lines written to {arguments.output}.")


@contextmanager
def _open_output(path: Path | None) -> Iterator[BinaryIO]:
    """Open standard output or a file, which appears under its name only when it is complete."""
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as file:
        yield file
    part.replace(path)
