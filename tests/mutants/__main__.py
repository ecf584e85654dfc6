"""Apply each mutant to a copy of the project and verify that its test fails: `make mutants`."""

import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from enum import Enum
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.mutants.catalog import ROOT, Mutant, mutants
from tests.support.postgres import running_postgres

TEST_TIMEOUT = 120.0
"""Seconds after which a test is killed. A test that hangs does not count as failed: the cause is unknown."""
ALL_TESTS_TIMEOUT = 1800.0
TIMED_OUT = "pytest timed out after"


class Verdict(Enum):
    """The outcome of a mutant's test."""

    KILLED = "killed"
    """The test failed by an assertion or an error in a test: the mutant was detected."""
    SURVIVED = "SURVIVED"
    """The test passed."""
    BROKEN = "BROKEN"
    """No test ran to its end: the edit broke something else."""
    TIMED_OUT = "TIMED OUT"
    """The test did not end within the timeout."""


def main() -> int:
    """Run the chosen mutants, and return 1 if one was not killed by its test."""
    parser = ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("groups", nargs="*", help="run only these groups, by the names of their TOML files")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="mutants run in parallel")
    arguments = parser.parse_args()
    chosen = [one for one in mutants() if not arguments.groups or one.group in arguments.groups]
    if not chosen:
        groups = ", ".join(sorted({one.group for one in mutants()}))
        parser.error(f"Unknown group. Name one or more of {groups}; or none, to run all.")
    with running_postgres() as server, TemporaryDirectory(prefix="seatkeeper-mutants-") as folder:
        environment = {**os.environ, "TEST_POSTGRES_URL": server, "PYTHONDONTWRITEBYTECODE": "1"}
        first = copy_project(Path(folder) / "0")
        require_passing_tests(first, sorted({one.test for one in chosen}), environment)
        others = [shutil.copytree(first, Path(folder) / str(number)) for number in range(1, arguments.jobs)]
        print("| verdict | time | without the safeguard | file | test |")
        print("|---|---|---|---|---|", flush=True)
        verdicts = run_mutants(chosen, [first, *others], environment)
    killed = verdicts.count(Verdict.KILLED)
    print(f"\n{date.today()}: {len(chosen)} mutants, {killed} killed, {len(chosen) - killed} not.")
    return 1 if killed < len(chosen) else 0


def copy_project(target: Path) -> Path:
    """Copy the files that git tracks, as they are in the working tree."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target / name)
    return target


def require_passing_tests(project: Path, tests: Sequence[str], environment: dict[str, str]) -> None:
    """Exit if a test fails without any mutant: its later failure would prove nothing."""
    caching = {**environment, "PYTHONDONTWRITEBYTECODE": ""}
    passed, output = run(project, tests, caching, "-n", "auto", timeout=ALL_TESTS_TIMEOUT)
    if not passed:  # tests that depend on time may fail under load: run those once more, one by one
        passed, output = run(project, [], caching, "--last-failed", timeout=ALL_TESTS_TIMEOUT)
    if not passed:
        sys.exit(f"{output}\nThese tests fail without any mutant. Fix them first.")


def run_mutants(chosen: Sequence[Mutant], copies: Sequence[Path], environment: dict[str, str]) -> list[Verdict]:
    """Return the verdict on each mutant. As many run in parallel as there are copies of the project."""
    free: queue.SimpleQueue[Path] = queue.SimpleQueue()
    for project in copies:
        free.put(project)

    def run_mutant(mutant: Mutant) -> Verdict:
        project, started = free.get(), time.monotonic()
        try:
            with applied(mutant, project):
                passed, output = run(
                    project, [mutant.test], environment, "-x", "-p", "no:cacheprovider", timeout=TEST_TIMEOUT
                )
        finally:
            free.put(project)
        verdict = judge(passed, output)
        duration = time.monotonic() - started
        print(f"| {verdict.value} | {duration:.1f} s | {mutant.without} | {mutant.file} | {mutant.test} |", flush=True)
        if verdict is Verdict.BROKEN:
            print(output, flush=True)
        return verdict

    with ThreadPoolExecutor(len(copies)) as threads:
        return list(threads.map(run_mutant, chosen))


def judge(passed: bool, output: str) -> Verdict:
    """Return the verdict that follows from pytest's result and output."""
    if passed:
        return Verdict.SURVIVED
    if output.startswith(TIMED_OUT):
        return Verdict.TIMED_OUT
    return Verdict.KILLED if re.search(r"^\d+ failed", output, re.MULTILINE) else Verdict.BROKEN


@contextmanager
def applied(mutant: Mutant, project: Path) -> Iterator[None]:
    """Apply the mutant to the project for the duration of the block."""
    path = project / mutant.file
    text, times = path.read_text(), path.stat()
    path.write_text(mutant.apply_to(text))
    try:
        yield
    finally:
        path.write_text(text)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))  # keeps the cached bytecode valid


def run(
    project: Path, tests: Sequence[str], environment: dict[str, str], *options: str, timeout: float
) -> tuple[bool, str]:
    """Run the tests in a copy of the project; return whether they passed in time, and pytest's output."""
    command = [sys.executable, "-m", "pytest", "-q", "--tb=short", *options, *tests]
    with subprocess.Popen(
        command,
        cwd=project,
        env={**environment, "PYTHONPATH": str(project)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as running:
        try:
            output, _ = running.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            return False, f"{TIMED_OUT} {timeout:g} seconds"
    return running.returncode == 0, output or "pytest printed nothing"


if __name__ == "__main__":
    sys.exit(main())
