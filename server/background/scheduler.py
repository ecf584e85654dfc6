"""The scheduler, which runs due jobs in the background. Any number of processes can run one."""

import asyncio
from datetime import datetime
from uuid import uuid4

import structlog

from licensing.errors import LicensingError
from models.db.errors import is_too_slow, is_unreachable
from resolvers.auth.login_throttling import purge_attempts
from resolvers.context import Context, system_context, utc_now
from resolvers.operations.scheduled_jobs import (
    claim_due_vendor,
    purge_idempotency_keys,
    triage_effective,
    warn_of_expiry,
)
from resolvers.principals import SYSTEM
from resolvers.vendors.checks import check_for_license_changes
from resolvers.vendors.reports import DueReport, claim_due_reports, mark_report
from server.http_clients.vendor_client import VendorClient

CONCURRENCY = 8
"""License servers contacted at the same time, so that a slow server does not delay the others."""

log = structlog.get_logger("seatkeeper.scheduler")


class Scheduler:
    """A loop that runs scheduled jobs.

    It checks vendors, applies the activation policy to change sets that have taken effect, warns of expiry, purges rows
    and delivers reports.
    """

    def __init__(self, servers: VendorClient) -> None:
        self.servers = servers

    async def run(self, interval: float) -> None:
        """Run the due jobs every `interval` seconds until cancelled; log failures and continue."""
        while True:
            try:
                await self.run_once()
            except Exception as failure:
                self._log_failure(failure)
            await asyncio.sleep(interval)

    async def run_once(self) -> None:
        """Run all jobs that are due now."""
        now = utc_now()
        await triage_effective(self._context, now)
        await warn_of_expiry(self._context, now)
        await purge_attempts(now)
        await purge_idempotency_keys(now)
        async with asyncio.TaskGroup() as group:
            for _ in range(CONCURRENCY):
                group.create_task(self._check_due(now))
        await self._deliver_reports(utc_now())  # including the reports caused by the checks above

    async def _check_due(self, now: datetime) -> None:
        while due := await claim_due_vendor(now):
            installation_id, vendor_id = due
            try:
                await check_for_license_changes(self._context(installation_id), vendor_id)
            except LicensingError as error:
                log.info("check failed", installation=installation_id, vendor=vendor_id, code=error.code.value)
            except Exception as failure:  # one failing check must not stop the checks of other vendors
                self._log_failure(failure, installation=installation_id, vendor=vendor_id)

    async def _deliver_reports(self, now: datetime) -> None:
        while due := await claim_due_reports(now):
            await asyncio.gather(*(self._deliver(report) for report in due))

    async def _deliver(self, report: DueReport) -> None:
        try:
            await self.servers.report(report.license_server, report.kind, report.content, vendor=report.vendor)
        except LicensingError as error:
            await mark_report(report, error, utc_now())
        else:
            await mark_report(report, None, utc_now())

    def _log_failure(self, failure: Exception, **fields: int) -> None:
        if is_unreachable(failure) or is_too_slow(failure):
            log.warning("database unavailable, retrying", error=type(failure).__name__, **fields)
        else:
            log.error("scheduled job failed", exc_info=failure, **fields)

    def _context(self, installation_id: int) -> Context:
        context = system_context(installation_id, actor=SYSTEM, request_id=f"check-{uuid4().hex}")
        context.license_servers = self.servers
        return context
