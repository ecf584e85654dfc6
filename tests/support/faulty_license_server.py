"""A license server on loopback with selectable faults."""

import asyncio
import re
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from socket import SO_LINGER, SOL_SOCKET

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

TOO_LARGE = 300 * 1024


@dataclass
class Call:
    """One request, and methods to answer it.

    Attributes:
        request: The head of the request.
        number: The number of the request, counted from 1.
        address: The base URL of the server.
        writer: The stream to write the response to.
    """

    request: str
    number: int
    address: str
    writer: asyncio.StreamWriter

    async def send(self, content: bytes) -> None:
        """Send raw bytes."""
        self.writer.write(content)
        await self.writer.drain()

    async def answer(self, status: int, content: bytes = b"", **headers: str) -> None:
        """Send a response; underscores in header names become hyphens, and `Content-Length` is set unless given."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named = {"Content-Length": str(len(content)), "Connection": "close", **named}
        head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
        await self.send(f"HTTP/1.1 {status} Whatever\r\n{head}\r\n".encode() + content)


Mode = Callable[[Call], Awaitable[None]]


@dataclass
class FaultyLicenseServer:
    """A running server.

    Attributes:
        address: The base URL, without a path.
        requests: The heads of the requests received.
    """

    address: str
    requests: list[str] = field(default_factory=list)


@asynccontextmanager
async def faulty_license_server(mode: Mode, tls: ssl.SSLContext | None = None) -> AsyncIterator[FaultyLicenseServer]:
    """Run a server that answers each request, one per connection, with this mode."""
    scheme = "https" if tls else "http"
    connections: set[asyncio.Task[None]] = set()
    running = FaultyLicenseServer("")

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections.add(task)
        try:
            running.requests.append(await _head(reader))
            await mode(Call(running.requests[-1], len(running.requests), running.address, writer))
        except (OSError, EOFError, asyncio.CancelledError, asyncio.LimitOverrunError):
            pass  # the client disconnected, or the test has ended
        finally:
            connections.discard(task)
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    running.address = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield running
    finally:
        server.close()
        for task in list(connections):
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)


async def _head(reader: asyncio.StreamReader) -> str:
    first = await reader.readexactly(1)
    if first == b"\x16":  # a TLS handshake, which this port does not support
        return "TLS"
    head = (first + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    if length := re.search(r"^content-length: (\d+)", head, re.IGNORECASE | re.MULTILINE):
        await reader.readexactly(int(length[1]))
    return head


async def closed_port() -> str:
    """Return the address of a port that is closed."""
    async with faulty_license_server(never_answers) as server:
        return server.address


async def never_answers(call: Call) -> None:
    """Read the request and send no response."""
    await asyncio.Event().wait()


async def drips(call: Call) -> None:
    """Send the body byte by byte, without a long pause."""
    await call.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        await call.send(b"x")
        await asyncio.sleep(0.01)


async def fails(call: Call) -> None:
    """Answer 500."""
    await call.answer(500, b"Traceback")


async def recovers(call: Call) -> None:
    """Answer 503 to the first request, then send a document."""
    if call.number == 1:
        await call.answer(503, Retry_After="1")
    else:
        await call.answer(200, b"document", ETag='"1"')


async def is_too_busy(call: Call) -> None:
    """Answer 429."""
    await call.answer(429)


async def returns_not_found(call: Call) -> None:
    """Answer 404 with a page, as a file server does."""
    await call.answer(404, b"<h1>Not Found</h1>", Content_Type="text/html")


async def refuses(call: Call) -> None:
    """Answer 403 with a problem document."""
    problem = b'{"title": "Forbidden", "status": 403, "detail": "The agreement ended in May.\\u0007\\nCall us"}'
    await call.answer(403, problem, Content_Type="application/problem+json")


async def sends_invalid_http(call: Call) -> None:
    """Send a response that is not HTTP."""
    await call.send(b"\x00\x01SSH-2.0-OpenSSH_9.6\r\n\r\n")


async def sends_html(call: Call) -> None:
    """Send a page instead of a document."""
    await call.answer(200, b"<h1>Welcome to the hotel's network</h1>", Content_Type="text/html")


async def sends_large_body(call: Call) -> None:
    """Declare and send 300 KiB."""
    await call.answer(200, b"x" * TOO_LARGE)


async def sends_endless_chunks(call: Call) -> None:
    """Send an endless chunked body."""
    await call.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        await call.send(b"1000\r\n" + b"x" * 0x1000 + b"\r\n")


async def redirects_to_another_host(call: Call) -> None:
    """Redirect to the same machine under another host name."""
    await call.answer(302, Location=call.address.replace("127.0.0.1", "localhost") + "/elsewhere")


async def redirects_to_another_port(call: Call) -> None:
    """Redirect to another port of the same host."""
    await call.answer(302, Location="http://127.0.0.1:1/elsewhere")


async def redirects_in_a_loop(call: Call) -> None:
    """Redirect to the same path."""
    await call.answer(302, Location="/v1/licenses/again.lic")


async def redirects_within_the_server(call: Call) -> None:
    """Redirect the first request to another path of the same server, then send a document."""
    if call.number == 1:
        await call.answer(308, Location="/moved/here.lic")
    else:
        await call.answer(200, b"document")


async def resets(call: Call) -> None:
    """Reset the connection in the middle of the response."""
    await call.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc")
    call.writer.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    call.writer.transport.abort()


async def sends_truncated_body(call: Call) -> None:
    """Declare more bytes than are sent."""
    await call.answer(200, b"document", Content_Length="1000")


async def sends_excess_body(call: Call) -> None:
    """Declare fewer bytes than are sent."""
    await call.answer(200, b"document", Content_Length="3")


async def sends_no_content(call: Call) -> None:
    """Answer 204 without a document."""
    await call.answer(204)


async def sends_unrequested_not_modified(call: Call) -> None:
    """Answer 304 to a request without an `If-None-Match` header."""
    await call.answer(304)


def self_signed(folder: Path) -> ssl.SSLContext:
    """Return a TLS context with a self-signed certificate for 127.0.0.1, which is written to `certificate.pem`."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context
