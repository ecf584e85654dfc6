"""Receive webhooks, verify their signature and print them: `python3 receive.py PORT SECRET`.

Implements Standard Webhooks with the standard library alone; there are libraries for other languages.
"""

import base64
import hmac
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

TOLERANCE = 300
"""Maximum age of a message in seconds, to prevent replay attacks."""


class Receiver(BaseHTTPRequestHandler):
    """A receiver that responds at once; a real program queues the event and skips IDs that it has seen."""

    def do_POST(self) -> None:
        """Receive a message."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        is_signed = self._is_signed(body)
        self.send_response(204 if is_signed else 401)
        self.end_headers()
        if is_signed:
            print(self.headers["webhook-id"], json.loads(body)["type"], flush=True)

    def _is_signed(self, body: bytes) -> bool:
        """Return whether a signature matches the secret; there are two for a while after the secret was rotated."""
        id_, timestamp = self.headers["webhook-id"], self.headers["webhook-timestamp"]
        if not (id_ and timestamp and abs(time.time() - int(timestamp)) < TOLERANCE):
            return False
        key = base64.b64decode(sys.argv[2].removeprefix("whsec_"))
        expected = base64.b64encode(hmac.digest(key, f"{id_}.{timestamp}.".encode() + body, "sha256")).decode()
        return any(hmac.compare_digest(f"v1,{expected}", one) for one in self.headers["webhook-signature"].split())

    def log_message(self, *_: object) -> None:
        """Log no requests."""


HTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
