"""Word that the process is to stop, to what must end before the server waits for it."""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def on_shutdown(tell: Callable[[], None]) -> Iterator[None]:
    """Tells when the process is told to stop: uvicorn ends the lifespan only after the last answer, and streams last.

    The signal goes on to uvicorn's own handler. Where there is none, it keeps its usual effect, and nothing is told.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(tell)
        handler = handlers[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)

    ours = [number for number, handler in handlers.items() if callable(handler)]
    for number in ours:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, handlers[number])
