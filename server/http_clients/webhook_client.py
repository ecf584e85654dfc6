"""The way to webhooks' addresses: one request, no redirect, of the answer the status alone, and an end in time."""

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
from resolvers.webhooks.webhooks import EndpointRefused, secrets_of
from server.http_clients.ssrf_guard import Resolver, checked_addresses, read_url, resolve
from server.http_clients.webhook_messages import WebhookMessage, signed_headers, trial_message

RESPONSE_TIMEOUT = 10.0
"""Seconds in which an address must have answered."""
CONNECT_TIMEOUT = 4.0
TEST_EVENT_TIMEOUT = 6.0
"""The same where somebody waits."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request."""

    status: int | None
    error: Message | None
    """What went wrong, in a clause of which the address is the subject; None if it took the message."""

    @property
    def is_gone(self) -> bool:
        """Whether the address says that nothing need be sent to it again."""
        return self.status == HTTPStatus.GONE


class WebhookClient:
    """Sends messages. It knows no proxy, since the addresses that are connected to are the ones that were checked."""

    def __init__(self, trusted_hosts: frozenset[str] = frozenset(), resolver: Resolver = resolve) -> None:
        self._trusted_hosts = trusted_hosts
        self._resolver = resolver

    @cached_property
    def _http(self) -> httpx2.AsyncClient:
        """Made when it is first needed, since the authorities that it trusts are read."""
        return httpx2.AsyncClient(
            headers={"User-Agent": "Seatkeeper", "Connection": "close"},
            timeout=httpx2.Timeout(None, connect=CONNECT_TIMEOUT),
            # A connection that is kept could be taken for another host at the same address.
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=0),
            trust_env=False,
        )

    async def check(self, url: str) -> None:
        """Refuses an address to which nothing may be sent.

        Raises:
            EndpointRefused: It is one.
        """
        await checked_addresses(read_url(url, self._trusted_hosts), self._resolver, self._trusted_hosts)

    async def test(self, context: Context, webhook: Webhook) -> WebhookDelivery:
        """Sends a test event, once, and says how that went; the delivery is not kept yet."""
        message = trial_message(webhook, context.request_id, context.now())
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
    ) -> tuple[WebhookDelivery, Answer]:
        """Sends a message, signed as of now, and says how that went; the delivery is not kept yet."""
        started, now = time.perf_counter(), context.now()
        answer = await self._send(webhook, message, signed_headers(message, secrets_of(webhook, now), now), seconds)
        delivery = WebhookDelivery(
            installation_id=webhook.installation_id,
            webhook_id=webhook.id,
            event_id=event_id,
            message_id=message.id,
            sent_at=now,
            milliseconds=round((time.perf_counter() - started) * 1000),
            response_status=answer.status,
            error=None if answer.error is None else str(answer.error)[:200],
            error_words=None if answer.error is None else answer.error.as_json(),
        )
        return delivery, answer

    async def aclose(self) -> None:
        """Closes the connections."""
        if "_http" in vars(self):
            await self._http.aclose()

    async def _send(self, webhook: Webhook, message: WebhookMessage, headers: dict[str, str], seconds: float) -> Answer:
        try:
            async with asyncio.timeout(seconds):
                url = read_url(webhook.url, self._trusted_hosts)
                addresses = await checked_addresses(url, self._resolver, self._trusted_hosts)
                return await self._post(url, addresses, headers, message.body)
        except EndpointRefused as refused:
            return Answer(None, refused.message)
        except TimeoutError:
            return Answer(None, Message("did not answer in time"))
        except (httpx2.HTTPError, OSError) as error:
            return Answer(None, _in_words(error))

    async def _post(self, url: httpx2.URL, addresses: Sequence[str], headers: dict[str, str], body: bytes) -> Answer:
        """Sends to the first address that can be connected to."""
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
            await response.aclose()  # what else it says makes no difference, and may have no end
            return _answer(response)
        assert failure is not None
        raise failure


def _answer(response: httpx2.Response) -> Answer:
    status = response.status_code
    if response.is_success:
        return Answer(status, None)
    if response.is_redirect:
        return Answer(status, Message("redirected elsewhere, which is not followed"))
    return Answer(status, Message("answered with status {status}", status=status))


def _in_words(error: Exception) -> Message:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Message("has a certificate that is not trusted ({why})", why=cause.verify_message)
        if isinstance(cause, ssl.SSLError):
            return Message("does not speak TLS")
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx2.TimeoutException):
        return Message("did not answer in time")
    if isinstance(error, httpx2.ConnectError):
        return Message("could not be reached")
    return Message("broke off, or does not speak HTTP")
