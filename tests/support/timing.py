"""How long it takes what is promised within a time: the longest of each stands at the end of what pytest tells.

`pytest -m measured` runs the tests that measure something, and no others.
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

MEASURED = "measured"

Measure = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def measured(record_property: Callable[[str, object], None]) -> Measure:
    """Takes the time of a block, by a clock, and fails if it took as long as `most`, in seconds."""

    @contextmanager
    def measure(what: str, *, most: float, clock: Callable[[], float] = time.monotonic) -> Any:
        started = clock()
        yield
        seconds = clock() - started
        record_property(MEASURED, [what, seconds])
        assert seconds < most, f"{what}: {seconds:.2f} s"

    return measure


def pytest_itemcollected(item: pytest.Item) -> None:
    """Marks the tests that measure something."""
    if "measured" in getattr(item, "fixturenames", ()):
        item.add_marker(MEASURED)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tells what was measured."""
    longest: dict[str, float] = {}
    for report in (report for reports in terminalreporter.stats.values() for report in reports):
        for name, value in getattr(report, "user_properties", ()):
            if name == MEASURED:
                what, seconds = value
                longest[what] = max(seconds, longest.get(what, 0.0))
    if longest:
        terminalreporter.section("measured, at most")
        for what, seconds in sorted(longest.items()):
            terminalreporter.write_line(f"{seconds:7.3f} s  {what}")
