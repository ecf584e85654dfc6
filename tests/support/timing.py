"""Time limits for tests: the `measured` fixture, and a summary of the longest times at the end of pytest's report.

`pytest -m measured` runs only the tests that use the fixture.
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
    """Return a context manager that measures a block and fails if it takes `most` seconds or longer."""

    @contextmanager
    def measure(label: str, *, most: float, clock: Callable[[], float] = time.monotonic) -> Any:
        started = clock()
        yield
        seconds = clock() - started
        record_property(MEASURED, [label, seconds])
        assert seconds < most, f"{label}: {seconds:.2f} s"

    return measure


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark the tests that use the `measured` fixture."""
    if "measured" in getattr(item, "fixturenames", ()):
        item.add_marker(MEASURED)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the longest time of each measurement."""
    longest: dict[str, float] = {}
    for report in (report for reports in terminalreporter.stats.values() for report in reports):
        for name, value in getattr(report, "user_properties", ()):
            if name == MEASURED:
                label, seconds = value
                longest[label] = max(seconds, longest.get(label, 0.0))
    if longest:
        terminalreporter.section("measured, at most")
        for label, seconds in sorted(longest.items()):
            terminalreporter.write_line(f"{seconds:7.3f} s  {label}")
