"""Adapter to uvicorn's WebSocket protocol, which limits the frames that a client may send.

`tests/server/middleware/test_uvicorn_protocol.py` fails if an upgrade of uvicorn moves a part that it relies on.
"""

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

MAX_MESSAGE_SIZE = 64 * 1024
"""Bytes of a message."""
MESSAGE_BURST = 100
"""Messages that a client may send at once; one counts once for each 4 KiB, and a frame like a message."""
MESSAGES_PER_SECOND = 20
"""Messages that a client may send per second in the long run."""
TOO_MANY_MESSAGES = 4429
"""The close code for a client that sends too many messages."""
CLOSE_TIMEOUT = 1.0
"""Seconds that a client has to read the close frame before its connection is aborted."""

_SIZE_UNIT = 4096
_PIECE_SIZE = 2048
"""Bytes that are parsed before the budget is checked again."""


class UvicornWebSocketProtocol(WebSocketsSansIOProtocol):
    """Uvicorn's WebSocket protocol, with a budget of frames per connection.

    The budget is checked here, and not in the application, because parsing thousands of tiny frames at once would
    already block other clients.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Start with a full budget; the arguments are uvicorn's."""
        super().__init__(*args, **kwargs)
        self._budget = float(MESSAGE_BURST)
        self._charged_at = self.loop.time()
        self._is_flooded = False

    def data_received(self, data: bytes) -> None:
        """Parse data in pieces, and stop at the first that exceeds the budget."""
        for start in range(0, len(data), _PIECE_SIZE):
            if self._is_flooded or self.transport.is_closing():
                return
            super().data_received(data[start : start + _PIECE_SIZE])

    def handle_text(self, event: Frame) -> None:
        """Charge and handle a text frame."""
        if self._charge(len(event.data)):
            super().handle_text(event)

    def handle_bytes(self, event: Frame) -> None:
        """Charge and handle a binary frame."""
        if self._charge(len(event.data)):
            super().handle_bytes(event)

    def handle_cont(self, event: Frame) -> None:
        """Charge and handle a further frame of a message."""
        if self._charge(len(event.data)):
            super().handle_cont(event)

    def handle_ping(self) -> None:
        """Charge and handle a ping frame."""
        if self._charge(0):
            super().handle_ping()

    def handle_pong(self, event: Frame) -> None:
        """Charge and handle a pong frame."""
        if self._charge(0):
            super().handle_pong(event)

    def _charge(self, size: int) -> bool:
        """Charge a frame to the budget; return False if the connection was closed instead."""
        if self._is_flooded:
            return False
        now = self.loop.time()
        restored = (now - self._charged_at) * MESSAGES_PER_SECOND
        self._budget = min(self._budget + restored, MESSAGE_BURST) - 1 - size // _SIZE_UNIT
        self._charged_at = now
        if self._budget < 0:
            self._disconnect()
        return not self._is_flooded

    def _disconnect(self) -> None:
        self._is_flooded = True
        self.stop_keepalive()
        if self.close_sent or not self.handshake_complete:
            return self.transport.abort()
        self.conn.send_close(TOO_MANY_MESSAGES, "Too many messages. Send fewer per second")
        self.transport.write(b"".join(self.conn.data_to_send()))
        # From now on the application's messages fail as on a lost connection, and its next event is the disconnect.
        self.close_sent = self.disconnected = True
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": TOO_MANY_MESSAGES})
        self.read_paused = False  # otherwise reading would resume with the next `receive`
        self.transport.pause_reading()
        self.close_timer = self.loop.call_later(CLOSE_TIMEOUT, self.transport.abort)
