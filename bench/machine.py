"""Server processes on one core, their CPU time and memory, and a load from the other core (Linux only: reads /proc)."""

import asyncio
import contextlib
import os
import platform
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

TICKS = os.sysconf("SC_CLK_TCK")
SERVER_CORE, LOAD_CORE = min(os.sched_getaffinity(0)), max(os.sched_getaffinity(0))


def use_load_core() -> None:
    """Keep this process, and those that it starts from now on, off the servers' core."""
    os.sched_setaffinity(0, {LOAD_CORE})


def describe_machine() -> str:
    """Return the date and the machine, for a table's heading."""
    model = next(line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name"))
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores ({model.partition(':')[2].strip()}), "
        f"Python {platform.python_version()}, load average {os.getloadavg()[0]:.1f} at the start"
    )


def cpu_seconds(pid: int) -> float:
    """Return the CPU seconds of a process, including its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICKS


def megabytes(pid: int) -> float:
    """Return a process's resident memory in MiB."""
    [line] = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) / 1024


@asynccontextmanager
async def start_program(
    command: Sequence[str],
    log: Path,
    request: "Request",
    environment: Mapping[str, str],
    folder: Path | None = None,
    *,
    everywhere: bool = False,
) -> AsyncIterator[tuple[int, float]]:
    """Run a program on the servers' core, or on all; yields its process ID and the seconds until its first response."""
    began = time.perf_counter()
    with log.open("ab") as file:
        running = subprocess.Popen(  # noqa: ASYNC220 - starting a process does not block noticeably
            [*([] if everywhere else ["taskset", "-c", str(SERVER_CORE)]), *command],
            env={**os.environ, **environment},
            stdout=file,
            stderr=file,
            cwd=folder,
            start_new_session=True,
        )
    try:
        async with asyncio.timeout(60):
            while True:
                with suppress(OSError, EOFError):
                    await request.fetch()
                    break
                if running.poll() is not None:
                    raise RuntimeError(f"{command} ended:\n{_tail(log)}")
                await asyncio.sleep(0.005)
        yield running.pid, time.perf_counter() - began
    finally:
        with suppress(ProcessLookupError):
            running.terminate()
        try:
            await asyncio.to_thread(running.wait, 10)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()


def _tail(log: Path) -> str:
    return log.read_text()[-3_000:]


@dataclass(frozen=True, slots=True)
class Request:
    """An encoded HTTP request that is sent repeatedly."""

    address: str
    text: bytes

    @classmethod
    def get(cls, url: str) -> "Request":
        """Return a GET request."""
        where = urlsplit(url)
        path = f"{where.path}?{where.query}" if where.query else where.path
        return cls(where.netloc, f"GET {path} HTTP/1.1\r\nHost: {where.netloc}\r\n\r\n".encode())

    @classmethod
    def post(cls, url: str, body: bytes, headers: Mapping[str, str]) -> "Request":
        """Return a POST request with a JSON body."""
        where = urlsplit(url)
        given = {"Host": where.netloc, "Content-Type": "application/json", "Content-Length": len(body), **headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
        return cls(where.netloc, f"POST {where.path} HTTP/1.1\r\n{lines}\r\n".encode() + body)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """Open a connection for the request."""
        host, port = self.address.split(":")
        reader, writer = await asyncio.open_connection(host, int(port), limit=2**22)
        try:
            yield reader, writer
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def fetch(self) -> bytes:
        """Send the request on a new connection and return the response's body."""
        async with self.connection() as (reader, writer):
            return await self.send(reader, writer)

    async def send(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        """Send the request on a connection and return the response's body.

        Raises:
            RuntimeError: The status is not 200.
        """
        writer.write(self.text)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        body = await reader.readexactly(length)
        if not head.startswith(b"http/1.1 200"):
            raise RuntimeError(f"{head!r}\n{body[:500]!r}")
        return body


@dataclass(frozen=True, slots=True)
class Load:
    """The result of a load."""

    answers: int
    seconds: float
    cpu: float
    """CPU milliseconds of the server per response."""
    latencies: Sequence[float]
    """Milliseconds per response, sorted."""

    @property
    def per_second(self) -> float:
        """Responses per second."""
        return self.answers / self.seconds

    def latency(self, share: float) -> float:
        """Return a quantile of the latencies in milliseconds, such as 0.99."""
        return self.latencies[min(len(self.latencies) - 1, int(share * len(self.latencies)))]


async def load(request: Request, pid: int, seconds: float, connections: int = 8) -> Load:
    """Send a request repeatedly on concurrent connections for a number of seconds."""
    latencies: list[float] = []

    async def send_repeatedly(until: float) -> None:
        async with request.connection() as streams:
            while (began := time.perf_counter()) < until:
                await request.send(*streams)
                latencies.append((time.perf_counter() - began) * 1_000)

    began, before = time.perf_counter(), cpu_seconds(pid)
    await asyncio.gather(*(send_repeatedly(began + seconds) for _ in range(connections)))
    took, used = time.perf_counter() - began, cpu_seconds(pid) - before
    return Load(len(latencies), took, used * 1_000 / len(latencies), sorted(latencies))
