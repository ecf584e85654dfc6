"""Processes on one core, their CPU time and memory, and a load from the other core (Linux alone: it reads /proc)."""

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
    """Keeps this process, and what it starts from here on, off the servers' core."""
    os.sched_setaffinity(0, {LOAD_CORE})


def described() -> str:
    """The day and the machine, for a table's heading."""
    model = next(line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name"))
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores ({model.partition(':')[2].strip()}), "
        f"Python {platform.python_version()}, load average {os.getloadavg()[0]:.1f} at the start"
    )


def cpu_seconds(pid: int) -> float:
    """The CPU time that a process has used, and its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICKS


def megabytes(pid: int) -> float:
    """A process's resident memory."""
    [line] = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) / 1024


@asynccontextmanager
async def started(
    command: Sequence[str],
    log: Path,
    request: "Request",
    environment: Mapping[str, str],
    folder: Path | None = None,
    *,
    everywhere: bool = False,
) -> AsyncIterator[tuple[int, float]]:
    """A program on the servers' core, or on all, once it has answered: its process id, and the seconds until then."""
    began = time.perf_counter()
    with log.open("ab") as file:
        running = subprocess.Popen(  # noqa: ASYNC220 - one that `taskset` starts at once
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
                    await request.answer()
                    break
                if running.poll() is not None:
                    raise RuntimeError(f"{command} ended:\n{_end_of(log)}")
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


def _end_of(log: Path) -> str:
    return log.read_text()[-3_000:]


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it goes over the wire again and again."""

    address: str
    text: bytes

    @classmethod
    def get(cls, url: str) -> "Request":
        """A GET request."""
        where = urlsplit(url)
        path = f"{where.path}?{where.query}" if where.query else where.path
        return cls(where.netloc, f"GET {path} HTTP/1.1\r\nHost: {where.netloc}\r\n\r\n".encode())

    @classmethod
    def post(cls, url: str, body: bytes, headers: Mapping[str, str]) -> "Request":
        """A POST request with JSON."""
        where = urlsplit(url)
        given = {"Host": where.netloc, "Content-Type": "application/json", "Content-Length": len(body), **headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
        return cls(where.netloc, f"POST {where.path} HTTP/1.1\r\n{lines}\r\n".encode() + body)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """A connection on which it can be sent."""
        host, port = self.address.split(":")
        reader, writer = await asyncio.open_connection(host, int(port), limit=2**22)
        try:
            yield reader, writer
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def answer(self) -> bytes:
        """The body of one answer."""
        async with self.connection() as (reader, writer):
            return await self.once(reader, writer)

    async def once(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        """The body of the next answer on a connection.

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
    """What a load came to."""

    answers: int
    seconds: float
    cpu: float
    """CPU milliseconds of the server for each answer."""
    latencies: Sequence[float]
    """Milliseconds, in order of length."""

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds

    def latency(self, share: float) -> float:
        """The milliseconds in which this share of the answers came."""
        return self.latencies[min(len(self.latencies) - 1, int(share * len(self.latencies)))]


async def load(request: Request, pid: int, seconds: float, connections: int = 8) -> Load:
    """Sends a request again and again, on some connections at once."""
    latencies: list[float] = []

    async def again_and_again(until: float) -> None:
        async with request.connection() as streams:
            while (began := time.perf_counter()) < until:
                await request.once(*streams)
                latencies.append((time.perf_counter() - began) * 1_000)

    began, before = time.perf_counter(), cpu_seconds(pid)
    await asyncio.gather(*(again_and_again(began + seconds) for _ in range(connections)))
    took, used = time.perf_counter() - began, cpu_seconds(pid) - before
    return Load(len(latencies), took, used * 1_000 / len(latencies), sorted(latencies))
