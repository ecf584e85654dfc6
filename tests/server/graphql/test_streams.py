"""Streams and WebSockets are counted by credential, not by session."""

from contextlib import ExitStack

import pytest

from licensing.enums import ActorKind
from resolvers.principals import ALL_SCOPES, Actor, Principal
from server.errors import RequestRejected
from server.graphql.streams import MAX_SOCKETS, MAX_STREAMS, StreamLimiter

ACTOR = Actor(ActorKind.ADMINISTRATOR, "Inga Solheim")


def principal(user_id: int | None = 1, session_id: int | None = None, token_id: int | None = None) -> Principal:
    """Return a principal by its credential."""
    return Principal(1, ACTOR, ALL_SCOPES, user_id=user_id, session_id=session_id, token_id=token_id)


def test_sessions_of_a_user_share_their_streams() -> None:
    limiter = StreamLimiter()
    with ExitStack() as held:
        for number in range(MAX_STREAMS):
            held.enter_context(limiter.slot(principal(session_id=number)))
        with pytest.raises(RequestRejected), limiter.slot(principal(session_id=100)):
            pass
        with limiter.slot(principal(user_id=2)), limiter.slot(principal(token_id=1)):
            pass


def test_sessions_of_a_user_share_their_sockets() -> None:
    limiter = StreamLimiter()
    with ExitStack() as held:
        for number in range(MAX_SOCKETS):
            held.enter_context(limiter.socket_slot(principal(session_id=number)))
        with pytest.raises(RequestRejected), limiter.socket_slot(principal(session_id=100)):
            pass
        with limiter.slot(principal()), limiter.socket_slot(principal(token_id=1)):
            pass
    with limiter.socket_slot(principal()):
        pass


def test_ipv6_network_shares_its_sockets() -> None:
    limiter = StreamLimiter()
    with ExitStack() as held:
        for number in range(50):
            held.enter_context(limiter.address_slot(f"2001:db8::{number:x}"))
        with pytest.raises(RequestRejected), limiter.address_slot("2001:db8::ffff"):
            pass
        with limiter.address_slot("2001:db8:0:1::1"), limiter.address_slot(None):
            pass
