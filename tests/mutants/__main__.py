"""Takes each defense out of a copy of the project, one at a time, and sees its test fail: `make mutants`."""

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
"""Seconds after which a test is taken to hang, which tells nothing of why."""
NO_END = "pytest was ended after"


class Verdict(Enum):
    """What a test said of the project without the defense."""

    SEEN = "seen"
    MISSED = "MISSED"
    """It passed."""
    BROKEN = "BROKEN"
    """It never came to an assertion: the edit broke something else."""
    ENDLESS = "ENDLESS"
    """It did not end, and was ended."""


def main() -> int:
    """Tries the defenses, and returns 1 if a test did not see that its own was missing."""
    parser = ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("parts", nargs="*", help="only these, by the name of their file here; all if none is given")
    parser.add_argument("--at-once", type=int, default=os.cpu_count() or 1, metavar="N", help="tests at the same time")
    arguments = parser.parse_args()
    chosen = [one for one in mutants() if not arguments.parts or one.part in arguments.parts]
    if not chosen:
        parser.error(f"There are {', '.join(sorted({one.part for one in mutants()}))}. Name one of them, or none.")
    with running_postgres() as server, TemporaryDirectory(prefix="seatkeeper-defenses-") as folder:
        environment = {**os.environ, "TEST_POSTGRES_URL": server, "PYTHONDONTWRITEBYTECODE": "1"}
        first = copy_of_project(Path(folder) / "0")
        check_untouched(first, sorted({one.test for one in chosen}), environment)
        others = [shutil.copytree(first, Path(folder) / str(number)) for number in range(1, arguments.at_once)]
        print("| verdict | after | what goes wrong without it | where it stood | the test that sees it |")
        print("|---|---|---|---|---|", flush=True)
        verdicts = try_all(chosen, [first, *others], environment)
    bad = [one for one, verdict in zip(chosen, verdicts, strict=True) if verdict is not Verdict.SEEN]
    seen = len(chosen) - len(bad)
    print(f"\n{date.today()}: {len(chosen)} defenses taken out, {seen} seen by their tests, {len(bad)} not.")
    return 1 if bad else 0


def copy_of_project(target: Path) -> Path:
    """Copies what git knows of, as it lies in the working tree."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target / name)
    return target


def check_untouched(project: Path, tests: Sequence[str], environment: dict[str, str]) -> None:
    """Ends everything if a test fails with all defenses in place: it would tell nothing."""
    compiling = {**environment, "PYTHONDONTWRITEBYTECODE": ""}
    passed, told = run(project, tests, compiling, "-n", "auto", seconds=1800)
    if not passed:  # some watch the clock: what failed has another try, alone
        passed, told = run(project, [], compiling, "--last-failed", seconds=1800)
    if not passed:
        sys.exit(f"{told}\nThese tests fail with all defenses in place. Mend that first.")


def try_all(chosen: Sequence[Mutant], copies: Sequence[Path], environment: dict[str, str]) -> list[Verdict]:
    """The verdict on each, as many at the same time as there are copies."""
    free: queue.SimpleQueue[Path] = queue.SimpleQueue()
    for project in copies:
        free.put(project)

    def judge(defense: Mutant) -> Verdict:
        project, started = free.get(), time.monotonic()
        try:
            with applied(defense, project):
                passed, told = run(
                    project, [defense.test], environment, "-x", "-p", "no:cacheprovider", seconds=TEST_TIMEOUT
                )
        finally:
            free.put(project)
        has_failed = re.search(r"^\d+ failed", told, re.MULTILINE)
        ended_by_us = told.startswith(NO_END)
        other = Verdict.ENDLESS if ended_by_us else Verdict.SEEN if has_failed else Verdict.BROKEN
        verdict = Verdict.MISSED if passed else other
        took = time.monotonic() - started
        print(f"| {verdict.value} | {took:.1f} s | {defense.without} | {defense.file} | {defense.test} |", flush=True)
        if verdict is Verdict.BROKEN:
            print(told, flush=True)
        return verdict

    with ThreadPoolExecutor(len(copies)) as threads:
        return list(threads.map(judge, chosen))


@contextmanager
def applied(defense: Mutant, project: Path) -> Iterator[None]:
    """The project without a defense, for as long as the block lasts."""
    path = project / defense.file
    text, times = path.read_text(), path.stat()
    path.write_text(defense.apply_to(text))
    try:
        yield
    finally:
        path.write_text(text)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))  # else what Python has compiled of it would not count


def run(
    project: Path, tests: Sequence[str], environment: dict[str, str], *options: str, seconds: float
) -> tuple[bool, str]:
    """Whether the tests pass in a copy of the project, and what pytest says; one that hangs has failed."""
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
            told, _ = running.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            return False, f"{NO_END} {seconds:g} seconds"
    return running.returncode == 0, told or "pytest said nothing"


if __name__ == "__main__":
    sys.exit(main())
