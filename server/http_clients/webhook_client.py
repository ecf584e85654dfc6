"""The client for webhook endpoints: one request without redirects, and a response of which only the status is read."""

import asyncio
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus

import httpx2

from licensing.messages import Message
from models.webhook import Webhook, WebhookDelivery
from resolvers.context import Context
from resolvers.ports import EndpointRefused
from resolvers.webhooks.webhooks import secrets_of
from server.http_clients.ssrf_guard import Resolver, parse_webhook_url, resolve, resolve_public_addresses
from server.http_clients.webhook_messages import WebhookMessage, build_test_message
from server.http_clients.webhook_signature import signed_headers

RESPONSE_TIMEOUT = 10.0
"""Seconds from the start of a delivery until the response status must have arrived."""
CONNECT_TIMEOUT = 4.0
TEST_EVENT_TIMEOUT = 6.0
"""The same for a test event, for whose result an API request waits."""


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """The result of a delivery attempt."""

    status: int | None
    """The response status; None if there was no response."""
    error: Message | None
    """The failure, as a predicate whose subject is the endpoint; None if the endpoint accepted the message."""

    @property
    def is_gone(self) -> bool:
        """Return whether the endpoint answered 410 Gone, after which the webhook is disabled."""
        return self.status == HTTPStatus.GONE


class WebhookClient:
    """A client that sends messages to checked addresses; it uses no proxy, which would resolve the host again."""

    def __init__(self, trusted_hosts: frozenset[str] = frozenset(), resolver: Resolver = resolve) -> None:
        self._trusted_hosts = trusted_hosts
        self._resolver = resolver

    @cached_property
    def _http(self) -> httpx2.AsyncClient:
        """Created on first use, because loading the trusted certificate authorities is slow."""
        return httpx2.AsyncClient(
            headers={"User-Agent": "Seatkeeper", "Connection": "close"},
            timeout=httpx2.Timeout(None, connect=CONNECT_TIMEOUT),
            # A pooled connection could be reused for another host at the same address.
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=0),
            trust_env=False,
        )

    async def check(self, url: str) -> None:
        """Check that webhooks may be sent to a URL.

        Raises:
            EndpointRefused: The URL is not allowed, or its host is unknown or not public.
        """
        await resolve_public_addresses(parse_webhook_url(url, self._trusted_hosts), self._resolver, self._trusted_hosts)

    async def test(self, context: Context, webhook: Webhook) -> WebhookDelivery:
        """Send a test event once and return its delivery, which is not saved."""
        message = build_test_message(webhook, context.request_id, context.now())
        delivery, _ = await self.deliver(context, webhook, message, None, seconds=TEST_EVENT_TIMEOUT)
        return delivery

    async def deliver(
        self,
        context: Context,
        webhook: Webhook,
        message: WebhookMessage,
        event_id: int | None,
        *,
        seconds: float = RESPONSE_TIMEOUT,
    ) -> tuple[WebhookDelivery, DeliveryResult]:
        """Sign and send a message, and return its delivery, which is not saved, and the result."""
        started, now = time.perf_counter(), context.now()
        result = await self._send(webhook, message, signed_headers(message, secrets_of(webhook, now), now), seconds)
        delivery = WebhookDelivery(
            installation_id=webhook.installation_id,
            webhook_id=webhook.id,
            event_id=event_id,
            message_id=message.id,
            sent_at=now,
            milliseconds=round((time.perf_counter() - started) * 1000),
            response_status=result.status,
            error=None if result.error is None else str(result.error)[:200],
            error_words=None if result.error is None else result.error.as_json(),
        )
        return delivery, result

    async def aclose(self) -> None:
        """Close the connections."""
        if "_http" in vars(self):
            await self._http.aclose()

    async def _send(
        self, webhook: Webhook, message: WebhookMessage, headers: dict[str, str], seconds: float
    ) -> DeliveryResult:
        try:
            async with asyncio.timeout(seconds):
                url = parse_webhook_url(webhook.url, self._trusted_hosts)
                addresses = await resolve_public_addresses(url, self._resolver, self._trusted_hosts)
                return await self._post(url, addresses, headers, message.body)
        except EndpointRefused as error:
            return DeliveryResult(None, error.message)
        except TimeoutError:
            return DeliveryResult(None, Message("did not answer in time"))
        except (httpx2.HTTPError, OSError) as error:
            return DeliveryResult(None, _describe_error(error))

    async def _post(
        self, url: httpx2.URL, addresses: Sequence[str], headers: dict[str, str], body: bytes
    ) -> DeliveryResult:
        """Send the request to the first address that accepts a connection."""
        failure: httpx2.TransportError | None = None
        for address in addresses:
            request = self._http.build_request(
                "POST",
                url.copy_with(host=address),
                headers={**headers, "Host": url.netloc.decode("ascii")},
                content=body,
                extensions={"sni_hostname": url.raw_host.decode("ascii")},
            )
            try:
                response = await self._http.send(request, stream=True, follow_redirects=False)
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                failure = error
                continue
            await response.aclose()  # the body is not needed and may be endless
            return _to_delivery_result(response)
        assert failure is not None
        raise failure


def _to_delivery_result(response: httpx2.Response) -> DeliveryResult:
    status = response.status_code
    if response.is_success:
        return DeliveryResult(status, None)
    if response.is_redirect:
        return DeliveryResult(status, Message("redirected to another address, which is not followed"))
    return DeliveryResult(status, Message("answered with status {status}", status=status))


def _describe_error(error: Exception) -> Message:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Message("has a certificate that is not trusted ({why})", why=cause.verify_message)
        if isinstance(cause, ssl.SSLError):
            return Message("does not support TLS")
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx2.TimeoutException):
        return Message("did not answer in time")
    if isinstance(error, httpx2.ConnectError):
        return Message("could not be reached")
    return Message("closed the connection early or did not send valid HTTP")
