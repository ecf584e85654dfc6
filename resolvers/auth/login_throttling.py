"""Tries to sign in, counted before the password is looked at, so that none is found by guessing.

The count is in the database, for all processes together. It is kept by what was typed, whether or not such a login
exists, so that nothing tells who has one.
"""

import math
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from tortoise.transactions import in_transaction

from licensing.errors import RateLimited
from models.db.advisory_locks import SIGNING_IN, acquire_advisory_lock
from models.db.replica import PRIMARY
from models.sign_in_attempt import SignInAttempt
from models.user import sort_key

FREE_ATTEMPTS = 5
"""Failures of an account after which it is locked; each one more doubles the time."""
FIRST_LOCK, LONGEST_LOCK = timedelta(seconds=30), timedelta(minutes=15)
TRIES_OF_A_NETWORK, NETWORK_WINDOW = 30, timedelta(minutes=5)
RETENTION = timedelta(days=1)
"""After this a failure counts no more."""


def account_key(installation: int | str | None, login: str) -> str:
    """What the tries of an account are counted by: the installation, as far as it is known, and the login."""
    return sha256(f"{installation}\0{sort_key(login)}".encode()).hexdigest()


def network_of(client_ip: str) -> str:
    """What one caller has at their disposal: an IPv4 address, or the 64 bits of an IPv6 address that tell networks."""
    try:
        found = ip_address(client_ip)
    except ValueError:
        return client_ip[:50]
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or ip_network((int(found) >> 64 << 64, 64)))
    return str(found)


async def begin_attempt(account: str, client_ip: str | None, now: datetime) -> None:
    """Counts a try as failed until `clear_attempts` says otherwise: so those that run at once count each other.

    Raises:
        RateLimited: There were too many; this one is not looked at, and does not count.
    """
    network = network_of(client_ip) if client_ip else None
    async with in_transaction(PRIMARY):
        await acquire_advisory_lock(SIGNING_IN)
        free_at = max(await _account_free_at(account, now), await _network_free_at(network, now))
        if free_at > now:
            raise RateLimited(retry_after=math.ceil((free_at - now).total_seconds()))
        await SignInAttempt.create(account_sha256=account, network=network, attempted_at=now)


async def clear_attempts(account: str) -> None:
    """Gives an account its free tries back: part of signing in."""
    await SignInAttempt.filter(account_sha256=account).delete()


async def purge_attempts(now: datetime) -> int:
    """Deletes what counts no more, and says how much that was."""
    return await SignInAttempt.filter(attempted_at__lte=now - RETENTION).delete()


async def _account_free_at(account: str, now: datetime) -> datetime:
    counted = SignInAttempt.filter(account_sha256=account, attempted_at__gt=now - RETENTION)
    tries: list[Any] = await counted.order_by("-attempted_at").values_list("attempted_at", flat=True)
    if len(tries) < FREE_ATTEMPTS:
        return now
    doublings = min(len(tries) - FREE_ATTEMPTS, 10)
    latest: datetime = tries[0]
    return latest + min(FIRST_LOCK * (1 << doublings), LONGEST_LOCK)


async def _network_free_at(network: str | None, now: datetime) -> datetime:
    if network is None:
        return now
    counted = SignInAttempt.filter(network=network, attempted_at__gt=now - NETWORK_WINDOW)
    latest = counted.order_by("-attempted_at").limit(TRIES_OF_A_NETWORK)
    tries: list[Any] = await latest.values_list("attempted_at", flat=True)
    free_at: datetime = tries[-1] + NETWORK_WINDOW if len(tries) == TRIES_OF_A_NETWORK else now
    return free_at
