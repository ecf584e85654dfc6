"""Receives webhooks and prints them, if they are from Seatkeeper: `python3 receive.py PORT SECRET`.

As Standard Webhooks has it, and with nothing but Python; libraries for other languages do the same.
"""

import base64
import hmac
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

TOLERANCE = 300
"""Seconds that a message may be old: one that somebody has overheard is worth nothing later."""


class Receiver(BaseHTTPRequestHandler):
    """Answers before any work is done; a program of yours puts the event in a queue, and skips IDs that it has seen."""

    def do_POST(self) -> None:
        """Takes a message."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        is_known = self._is_signed(body)
        self.send_response(204 if is_known else 401)
        self.end_headers()
        if is_known:
            print(self.headers["webhook-id"], json.loads(body)["type"], flush=True)

    def _is_signed(self, body: bytes) -> bool:
        """Whether one of the signatures is made with the secret: there are two for a while after a new secret."""
        id_, timestamp = self.headers["webhook-id"], self.headers["webhook-timestamp"]
        if not (id_ and timestamp and abs(time.time() - int(timestamp)) < TOLERANCE):
            return False
        key = base64.b64decode(sys.argv[2].removeprefix("whsec_"))
        made = base64.b64encode(hmac.digest(key, f"{id_}.{timestamp}.".encode() + body, "sha256")).decode()
        return any(hmac.compare_digest(f"v1,{made}", one) for one in self.headers["webhook-signature"].split())

    def log_message(self, *_: object) -> None:
        """Says nothing of requests."""


HTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
