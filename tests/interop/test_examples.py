"""The example clients print what their page shows, and an incompatible schema fails their build."""

import asyncio
import os
import shutil
import sys
from asyncio.subprocess import PIPE
from collections import Counter
from pathlib import Path

import pytest

from tests.interop.programs import install, install_packages
from tests.support.api_client import Client
from tests.support.api_tokens import make_token
from tests.support.demo_server import RunningServer
from tests.support.lossy_proxy import lossy_proxy
from tests.support.operations import AUDIT

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
VENV = EXAMPLES / "python" / ".venv"
GENERATED = shutil.ignore_patterns(".venv", "node_modules", "gql", "dist", "seatkeeper_client")

BUILD = {"python": [str(VENV / "bin" / "ariadne-codegen")], "typescript": ["npm", "run", "build", "--silent"]}
RUN = {"python": [str(VENV / "bin" / "python"), "story.py"], "typescript": ["npm", "run", "story", "--silent"]}

EXPECTED_OUTPUT = (EXAMPLES / "README.md").read_text().split("```text\n")[1].split("```")[0]
"""The output of both clients in examples/README.md."""


@pytest.fixture(scope="session")
def python() -> None:
    """Create the Python client's environment: its generator and this application require different graphql-core."""
    uv = [sys.executable, "-m", "uv", "--quiet"]
    install(
        EXAMPLES / "python" / "requirements.txt",
        VENV / ".installed",
        [*uv, "venv", "--clear", "--python", sys.executable, str(VENV)],
        [*uv, "pip", "install", "--python", str(VENV), "--require-hashes", "-r", "requirements.txt"],
    )


@pytest.fixture(scope="session")
def typescript() -> None:
    """Install the packages that generate and check the TypeScript client."""
    install_packages(EXAMPLES / "typescript")


@pytest.fixture(params=["python", "typescript"])
def language(request: pytest.FixtureRequest) -> str:
    """The client's language, with its packages installed."""
    name: str = request.param
    request.getfixturevalue(name)
    return name


@pytest.fixture
def example(language: str, tmp_path: Path) -> Path:
    """The client's folder in a copy of the examples and the schema."""
    shutil.copytree(EXAMPLES, tmp_path / "examples", ignore=GENERATED)
    (tmp_path / "schema").mkdir()
    shutil.copy(ROOT / "schema" / "schema.graphql", tmp_path / "schema")
    folder = tmp_path / "examples" / language
    if language == "typescript":
        (folder / "node_modules").symlink_to(EXAMPLES / "typescript" / "node_modules")
    return folder


async def run(command: list[str], folder: Path, **environment: str) -> tuple[int | None, str, str]:
    """Run a command and return its exit code, output and error output."""
    running = await asyncio.create_subprocess_exec(
        *command, cwd=folder, env={**os.environ, **environment}, stdout=PIPE, stderr=PIPE
    )
    output, errors = await running.communicate()
    return running.returncode, output.decode(), errors.decode()


async def test_example_completes_despite_lost_responses(
    inga: Client, server: RunningServer, example: Path, language: str
) -> None:
    assert (await run(BUILD[language], example))[0] == 0
    file = example / "growth.lic"
    file.write_text(server.demo.files["growth.lic"])
    _, token = await make_token(inga, "LICENSES_READ", "LICENSES_WRITE", "USERS_READ", "USERS_WRITE")

    async with lossy_proxy(server.url) as network:
        code, output, errors = await run([*RUN[language], str(file)], example, SERVER=network.url, TOKEN=token)

    assert code == 0, errors
    assert output == EXPECTED_OUTPUT
    assert list(network.request_counts.values()) == [2, 2, 2]  # revoke, activate, import
    log = await inga.run(AUDIT)
    done = Counter(event["action"] for event in log["nodes"] if event["actor"]["kind"] == "API_TOKEN")
    assert done == {"USER_LICENSE_REVOKED": 3, "LICENSES_ACTIVATED": 2, "CHANGE_SET_RECEIVED": 1}


async def test_renamed_field_fails_the_build(example: Path, language: str) -> None:
    schema = example.parents[1] / "schema" / "schema.graphql"
    schema.write_text(schema.read_text().replace("  seatsToRemove: ", "  seatsToFree: "))

    code, output, errors = await run(BUILD[language], example)

    assert code
    assert "seatsToRemove" in output + errors
