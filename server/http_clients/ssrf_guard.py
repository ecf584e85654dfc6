"""Where webhooks may be sent: to public addresses by https, and elsewhere only to hosts that are listed for it.

A name is resolved once, every address that it has is checked, and the connection is made to one that was checked: what
the name says a moment later makes no difference.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import httpx2

from licensing.messages import Message
from resolvers.webhooks.webhooks import EndpointRefused

DNS_TIMEOUT = 3.0
MAX_URL_LENGTH = 1_000

_NAME_THREADS = ThreadPoolExecutor(16, thread_name_prefix="webhook-names")
"""Of their own, so that a slow name server holds up nothing but webhooks."""
_NAT64 = IPv6Network("64:ff9b::/96")
_GLOBAL_UNICAST = IPv6Network("2000::/3")

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host; an `OSError` if it has none."""


async def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a host as this machine sees them, which takes numbers in any notation for addresses, too."""
    look_up = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    found = await asyncio.get_running_loop().run_in_executor(_NAME_THREADS, look_up)
    return [str(address[0]).partition("%")[0] for *_, address in found]


def read_url(text: str, trusted_hosts: frozenset[str]) -> httpx2.URL:
    """An address to which webhooks may be sent by its form alone.

    Raises:
        EndpointRefused: It is none.
    """
    try:
        url = httpx2.URL(text)
    except httpx2.InvalidURL:
        raise EndpointRefused(Message("leads nowhere")) from None
    if len(text) > MAX_URL_LENGTH:
        raise EndpointRefused(Message("has more than {most:,} characters", most=MAX_URL_LENGTH))
    if url.scheme not in ("https", "http") or not url.host or (url.scheme == "http" and url.host not in trusted_hosts):
        raise EndpointRefused(Message("does not begin with https://"))
    if url.userinfo or url.fragment:
        raise EndpointRefused(Message("holds a name and password, or a fragment, which cannot be sent"))
    return url


async def checked_addresses(url: httpx2.URL, resolver: Resolver, trusted_hosts: frozenset[str]) -> Sequence[str]:
    """The addresses that may be connected to.

    Raises:
        EndpointRefused: The host has none, or one that is not public.
    """
    try:
        async with asyncio.timeout(DNS_TIMEOUT):
            found = await resolver(url.raw_host.decode("ascii"), url.port or (443 if url.scheme == "https" else 80))
    except (OSError, UnicodeError):  # a timeout is an OSError, too
        found = ()
    if not found:
        raise EndpointRefused(Message("has a host name that is not known"))
    if url.host not in trusted_hosts and not all(is_public(ip_address(address)) for address in found):
        raise EndpointRefused(Message("leads to a host that is not public"))
    return found


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is one of the internet at large, also where it only wraps another one."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return is_public(address.ipv4_mapped)
        if address in _NAT64:
            return is_public(IPv4Address(address.packed[-4:]))
        wrapped = [address.sixtofour, *(address.teredo or ())]
        if address not in _GLOBAL_UNICAST or not all(is_public(one) for one in wrapped if one):
            return False
    return address.is_global and not address.is_multicast
