"""Webhook signatures, which follow https://www.standardwebhooks.com."""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from server.http_clients.webhook_messages import WebhookMessage


def signed_headers(message: WebhookMessage, secrets: Sequence[str], now: datetime) -> dict[str, str]:
    """Return the headers of a message, with one signature per secret."""
    timestamp = str(int(now.timestamp()))
    return {
        "Content-Type": "application/json",
        "webhook-id": message.id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_sign(message, timestamp, secret) for secret in secrets),
    }


def _sign(message: WebhookMessage, timestamp: str, secret: str) -> str:
    key = b64decode(secret.removeprefix("whsec_"))
    signed = f"{message.id}.{timestamp}.".encode() + message.body
    return "v1," + b64encode(hmac.digest(key, signed, sha256)).decode()
