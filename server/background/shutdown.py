"""Early notification of shutdown, for streams that must end before the server waits for open connections."""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def on_shutdown(callback: Callable[[], None]) -> Iterator[None]:
    """Call `callback` in the event loop as soon as the process receives SIGTERM or SIGINT.

    uvicorn ends the lifespan only after the last response, which streams would postpone indefinitely. The signal is
    passed on to the handler that was installed before. Signals without a Python handler, and threads other than the
    main thread, are left alone.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(callback)
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
