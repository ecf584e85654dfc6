"""The commands of docs/integrations.md print what the page shows, run in order in one shell."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import STDOUT
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from server.demo.installation import Demo
from tests.docs.pages import DOCS, ROOT, blocks
from tests.support.processes import free_port, process

PAGE = DOCS / "integrations.md"
LOCAL = "http://127.0.0.1"


def page_steps() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield the commands of each step and the output that the page shows, by language."""
    shown: list[tuple[str, str]] = []
    for _, language, text in blocks(PAGE):
        if language == "sh":
            shown = []
            yield text, shown
        elif language != "console":
            shown.append((language, text))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The working folder of the commands, with the repository's environment and examples."""
    (tmp_path / ".venv").symlink_to(Path(sys.prefix))
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    return tmp_path


async def run_commands(commands: list[str], folder: Path, database_url: str) -> list[str]:
    """Return the output of each command; a command that fails fails the test."""
    script = "\n".join(["set -euo pipefail", *(f"{command}printf '\\0'" for command in commands)])
    environment = {**os.environ, "SEATKEEPER_DATABASE_URL": database_url}
    with (folder / "output").open("w+") as output:
        shell = await asyncio.create_subprocess_exec(
            *("bash", "-c", script), cwd=folder, env=environment, stdout=output, stderr=STDOUT, start_new_session=True
        )
        try:
            async with asyncio.timeout(60):
                await shell.wait()
        finally:
            with suppress(ProcessLookupError):
                os.killpg(shell.pid, signal.SIGKILL)  # background processes
            await shell.wait()
        output.seek(0)
        printed = output.read()
    assert shell.returncode == 0, printed
    return printed.split("\0")[:-1]


async def test_documented_commands_give_documented_output(copied_demo: tuple[str, Demo], folder: Path) -> None:
    database_url, _ = copied_demo
    todo, port = list(page_steps()), free_port()
    async with process(database_url, folder, webhook_hosts="127.0.0.1", check_interval="0") as (url, _):
        commands = [text.replace(f"{LOCAL}:8000", url).replace("9000", str(port)) for text, _ in todo]
        answers = await run_commands(commands, folder, database_url)

    for (_, shown), answer in zip(todo, answers, strict=True):
        for language, text in shown:
            if language == "json":
                response, _ = json.JSONDecoder().raw_decode(answer)
                assert response["data"] == json.loads(text)["data"]
            else:
                assert [line for line in text.splitlines() if line not in answer] == []
    assert sum(len(shown) for _, shown in todo) == 5
