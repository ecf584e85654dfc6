"""Throttling of sign-in attempts, which are counted before the password is verified.

Attempts are stored in the database and so count for all processes together. They are counted by the login as entered,
whether or not it exists, so that the response does not reveal which logins exist.
"""

import math
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from tortoise.transactions import in_transaction

from licensing.errors import RateLimited
from models.db.advisory_locks import SIGN_IN_LOCK, acquire_advisory_lock
from models.db.replica import PRIMARY
from models.sign_in_attempt import SignInAttempt
from models.user import sort_key

FREE_ATTEMPTS = 5
"""Failed attempts after which an account is locked; each further one doubles the lock."""
INITIAL_LOCK, MAX_LOCK = timedelta(seconds=30), timedelta(minutes=15)
MAX_NETWORK_ATTEMPTS, NETWORK_WINDOW = 30, timedelta(minutes=5)
"""Failed attempts from a network within the window, after which it is locked."""
RETENTION = timedelta(days=1)
"""The time after which a failed attempt no longer counts."""


def account_key(installation: int | str | None, login: str) -> str:
    """Return the hash under which the attempts for an installation, if it is known, and a login are counted."""
    return sha256(f"{installation}\0{sort_key(login)}".encode()).hexdigest()


def network_of(client_ip: str) -> str:
    """Return the network of one caller: an IPv4 address, or the /64 prefix of an IPv6 address."""
    try:
        address = ip_address(client_ip)
    except ValueError:
        return client_ip[:50]
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or ip_network((int(address) >> 64 << 64, 64)))
    return str(address)


async def begin_attempt(account: str, client_ip: str | None, now: datetime) -> None:
    """Count an attempt as failed until `clear_attempts`, so that concurrent attempts count for each other.

    Raises:
        RateLimited: There were too many attempts; this one is rejected and not counted.
    """
    network = network_of(client_ip) if client_ip else None
    async with in_transaction(PRIMARY):
        await acquire_advisory_lock(SIGN_IN_LOCK)
        free_at = max(await _account_free_at(account, now), await _network_free_at(network, now))
        if free_at > now:
            raise RateLimited(retry_after=math.ceil((free_at - now).total_seconds()))
        await SignInAttempt.create(account_sha256=account, network=network, attempted_at=now)


async def clear_attempts(account: str) -> None:
    """Delete the attempts of an account, after a successful one."""
    await SignInAttempt.filter(account_sha256=account).delete()


async def purge_attempts(now: datetime) -> int:
    """Delete attempts that no longer count and return their number."""
    return await SignInAttempt.filter(attempted_at__lte=now - RETENTION).delete()


async def _account_free_at(account: str, now: datetime) -> datetime:
    counted = SignInAttempt.filter(account_sha256=account, attempted_at__gt=now - RETENTION)
    attempts: list[Any] = await counted.order_by("-attempted_at").values_list("attempted_at", flat=True)
    if len(attempts) < FREE_ATTEMPTS:
        return now
    doublings = min(len(attempts) - FREE_ATTEMPTS, 10)
    latest: datetime = attempts[0]
    return latest + min(INITIAL_LOCK * (1 << doublings), MAX_LOCK)


async def _network_free_at(network: str | None, now: datetime) -> datetime:
    if network is None:
        return now
    counted = SignInAttempt.filter(network=network, attempted_at__gt=now - NETWORK_WINDOW)
    newest = counted.order_by("-attempted_at").limit(MAX_NETWORK_ATTEMPTS)
    attempts: list[Any] = await newest.values_list("attempted_at", flat=True)
    free_at: datetime = attempts[-1] + NETWORK_WINDOW if len(attempts) == MAX_NETWORK_ATTEMPTS else now
    return free_at
