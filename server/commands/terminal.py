"""Input and output of commands."""

import json
import os
import re
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from getpass import getpass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.progress import Progress

PASSWORD_VARIABLE = "SEATKEEPER_ADMIN_PASSWORD"

NON_TERMINAL_WIDTH = 160
"""Columns of a table that is written to a file or a pipe."""


def print_line(text: str) -> None:
    """Print a line to standard output."""
    print(text)


def print_error(text: str) -> None:
    """Print a line to standard error, so that it does not mix with the result."""
    print(text, file=sys.stderr)


def print_json(value: Any) -> None:
    """Print a value as JSON, with keys in camel case and times in ISO 8601, as in the API."""
    print(json.dumps(_to_camel_case(value), indent=2, ensure_ascii=False, default=datetime.isoformat))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table in which None is blank."""
    from rich.console import Console  # imported here because most commands print no table
    from rich.table import Table

    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*("" if value is None else _format_cell(value) for value in row))
    width = None if sys.stdout.isatty() else NON_TERMINAL_WIDTH
    Console(markup=False, highlight=False, emoji=False, width=width).print(table)


def create_progress_bar() -> "Progress":
    """Return a progress bar, which is shown in a terminal only."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )


def read_password(login: str) -> str:
    """Return a new password from the environment, a prompt in a terminal or a line of standard input."""
    if password := os.environ.get(PASSWORD_VARIABLE):
        return password
    if sys.stdin.isatty():
        return getpass(f"New password of {login}: ")
    return sys.stdin.readline().rstrip("\r\n")


def _format_cell(value: object) -> str:
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)


def _to_camel_case(value: Any) -> Any:
    match value:
        case dict():
            return {re.sub(r"_(.)", lambda match: match[1].upper(), key): _to_camel_case(value[key]) for key in value}
        case list() | tuple():
            return [_to_camel_case(item) for item in value]
        case _:
            return value
