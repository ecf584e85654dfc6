"""What commands say and ask."""

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

WIDTH_OF_FILES = 160


def say(text: str) -> None:
    """Says what was done."""
    print(text)


def complain(text: str) -> None:
    """Says what was not done, where it does not mix with the answer."""
    print(text, file=sys.stderr)


def print_json(value: Any) -> None:
    """Answers a program, in the API's spelling: `in_use` is `inUse`, and instants are in ISO 8601."""
    print(json.dumps(_in_camel_case(value), indent=2, ensure_ascii=False, default=datetime.isoformat))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Answers a person, blank for what there is not."""
    from rich.console import Console  # here, since most commands print no table
    from rich.table import Table

    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*("" if value is None else _as_text(value) for value in row))
    width = None if sys.stdout.isatty() else WIDTH_OF_FILES
    Console(markup=False, highlight=False, emoji=False, width=width).print(table)


def progress() -> "Progress":
    """A bar for what takes long, in a terminal only."""
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


def ask_password(login: str) -> str:
    """A new password: the one that is set in the environment, typed in a terminal, or a line of the input."""
    if password := os.environ.get(PASSWORD_VARIABLE):
        return password
    if sys.stdin.isatty():
        return getpass(f"New password of {login}: ")
    return sys.stdin.readline().rstrip("\r\n")


def _as_text(value: object) -> str:
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)


def _in_camel_case(value: Any) -> Any:
    match value:
        case dict():
            return {re.sub(r"_(.)", lambda match: match[1].upper(), key): _in_camel_case(value[key]) for key in value}
        case list() | tuple():
            return [_in_camel_case(item) for item in value]
        case _:
            return value
