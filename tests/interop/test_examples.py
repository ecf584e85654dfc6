"""The examples do what they show, against a server; a schema that they do not fit fails their build."""

import asyncio
import os
import shutil
import sys
from asyncio.subprocess import PIPE
from collections import Counter
from pathlib import Path

import pytest

from tests.acceptance.conftest import Client, Running
from tests.acceptance.operations import AUDIT
from tests.acceptance.test_3_live_updates import make_token
from tests.interop.conftest import install, install_packages
from tests.support.lossy_proxy import lossy_proxy

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
VENV = EXAMPLES / "python" / ".venv"
MADE = shutil.ignore_patterns(".venv", "node_modules", "gql", "dist", "seatkeeper_client")

BUILD = {"python": [str(VENV / "bin" / "ariadne-codegen")], "typescript": ["npm", "run", "build", "--silent"]}
RUN = {"python": [str(VENV / "bin" / "python"), "story.py"], "typescript": ["npm", "run", "story", "--silent"]}

STORY = (EXAMPLES / "README.md").read_text().split("```text\n")[1].split("```")[0]
"""What both print, as their page shows it."""


@pytest.fixture(scope="session")
def python() -> None:
    """An environment of the Python client's own: its generator and this application want different graphql-core."""
    uv = [sys.executable, "-m", "uv", "--quiet"]
    install(
        EXAMPLES / "python" / "requirements.txt",
        VENV / ".installed",
        [*uv, "venv", "--clear", "--python", sys.executable, str(VENV)],
        [*uv, "pip", "install", "--python", str(VENV), "--require-hashes", "-r", "requirements.txt"],
    )


@pytest.fixture(scope="session")
def typescript() -> None:
    """The packages that generate and check the TypeScript client."""
    install_packages(EXAMPLES / "typescript")


@pytest.fixture(params=["python", "typescript"])
def language(request: pytest.FixtureRequest) -> str:
    """A client's; what it takes is installed."""
    name: str = request.param
    request.getfixturevalue(name)
    return name


@pytest.fixture
def example(language: str, tmp_path: Path) -> Path:
    """A copy of the client's folder, beside a copy of the schema."""
    shutil.copytree(EXAMPLES, tmp_path / "examples", ignore=MADE)
    (tmp_path / "schema").mkdir()
    shutil.copy(ROOT / "schema" / "schema.graphql", tmp_path / "schema")
    folder = tmp_path / "examples" / language
    if language == "typescript":
        (folder / "node_modules").symlink_to(EXAMPLES / "typescript" / "node_modules")
    return folder


async def run(command: list[str], folder: Path, **environment: str) -> tuple[int | None, str, str]:
    """Exit code, output and complaints."""
    running = await asyncio.create_subprocess_exec(
        *command, cwd=folder, env={**os.environ, **environment}, stdout=PIPE, stderr=PIPE
    )
    output, complaints = await running.communicate()
    return running.returncode, output.decode(), complaints.decode()


async def test_it_tells_the_story_though_each_first_answer_is_lost(
    inga: Client, server: Running, example: Path, language: str
) -> None:
    assert (await run(BUILD[language], example))[0] == 0
    file = example / "growth.lic"
    file.write_text(server.demo.files["growth.lic"])
    _, token = await make_token(inga, "LICENSES_READ", "LICENSES_WRITE", "USERS_READ", "USERS_WRITE")

    async with lossy_proxy(server.url) as network:
        code, output, complaints = await run([*RUN[language], str(file)], example, SERVER=network.url, TOKEN=token)

    assert code == 0, complaints
    assert output == STORY
    assert list(network.tries.values()) == [2, 2, 2]  # to revoke, to activate, to import
    log = await inga.run(AUDIT)
    done = Counter(event["action"] for event in log["nodes"] if event["actor"]["kind"] == "API_TOKEN")
    assert done == {"USER_LICENSE_REVOKED": 3, "LICENSES_ACTIVATED": 2, "CHANGE_SET_RECEIVED": 1}


async def test_a_field_that_is_renamed_fails_its_build(example: Path, language: str) -> None:
    schema = example.parents[1] / "schema" / "schema.graphql"
    schema.write_text(schema.read_text().replace("  seatsToRemove: ", "  seatsToFree: "))

    code, output, complaints = await run(BUILD[language], example)

    assert code
    assert "seatsToRemove" in output + complaints
