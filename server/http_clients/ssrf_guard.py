"""Protection against server-side request forgery: webhooks go to public addresses over HTTPS, or to trusted hosts.

A host name is resolved once, all its addresses are checked, and the connection is made to one of the checked
addresses. This prevents DNS rebinding.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import httpx2

from licensing.messages import Message
from resolvers.ports import EndpointRefused

DNS_TIMEOUT = 3.0
MAX_URL_LENGTH = 1_000

_DNS_EXECUTOR = ThreadPoolExecutor(16, thread_name_prefix="webhook-names")
"""A dedicated thread pool, so that a slow name server delays only webhooks."""
_NAT64 = IPv6Network("64:ff9b::/96")
_GLOBAL_UNICAST = IPv6Network("2000::/3")

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""A function that returns the addresses of a host and port, or raises `OSError` if there are none."""


async def resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host from the system's resolver, which also parses numbers such as `2130706433`."""
    getaddrinfo = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    entries = await asyncio.get_running_loop().run_in_executor(_DNS_EXECUTOR, getaddrinfo)
    return [str(address[0]).partition("%")[0] for *_, address in entries]


def parse_webhook_url(text: str, trusted_hosts: frozenset[str]) -> httpx2.URL:
    """Parse the URL of a webhook without resolving its host.

    Raises:
        EndpointRefused: The URL is malformed, too long, not HTTPS (unless the host is trusted), or has credentials or a
            fragment.
    """
    try:
        url = httpx2.URL(text)
    except httpx2.InvalidURL:
        raise EndpointRefused(Message("is not a valid URL")) from None
    if len(text) > MAX_URL_LENGTH:
        raise EndpointRefused(Message("has more than {most:,} characters", most=MAX_URL_LENGTH))
    if url.scheme not in ("https", "http") or not url.host or (url.scheme == "http" and url.host not in trusted_hosts):
        raise EndpointRefused(Message("does not begin with https://"))
    if url.userinfo or url.fragment:
        raise EndpointRefused(Message("holds a name and password, or a fragment, which cannot be sent"))
    return url


async def resolve_public_addresses(url: httpx2.URL, resolver: Resolver, trusted_hosts: frozenset[str]) -> Sequence[str]:
    """Resolve the host of a URL and return its addresses, all of which are public unless the host is trusted.

    Raises:
        EndpointRefused: The host has no address, or one that is not public.
    """
    try:
        async with asyncio.timeout(DNS_TIMEOUT):
            addresses = await resolver(url.raw_host.decode("ascii"), url.port or (443 if url.scheme == "https" else 80))
    except (OSError, UnicodeError):  # TimeoutError is an OSError
        addresses = ()
    if not addresses:
        raise EndpointRefused(Message("has an unknown host name"))
    if url.host not in trusted_hosts and not all(is_public(ip_address(address)) for address in addresses):
        raise EndpointRefused(Message("points to a host that is not public"))
    return addresses


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Return whether an address is global unicast, including the IPv4 address embedded in an IPv6 address."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return is_public(address.ipv4_mapped)
        if address in _NAT64:
            return is_public(IPv4Address(address.packed[-4:]))
        embedded = [address.sixtofour, *(address.teredo or ())]
        if address not in _GLOBAL_UNICAST or not all(is_public(one) for one in embedded if one):
            return False
    return address.is_global and not address.is_multicast
