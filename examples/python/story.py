"""Administer licenses with a generated client: `SERVER=… TOKEN=… python story.py LICENSE_FILE`."""

import os
import sys
from pathlib import Path
from typing import TypeVar

from retries import send_once
from seatkeeper_client import (
    ActivateLicensesInput,
    ChangeSet,
    ChangeSetChanges,
    Client,
    ImportLicenseFileInput,
    ImportMode,
    LicenseFileInput,
    RevokeUserLicensesInput,
    UserErrorFields,
)

Value = TypeVar("Value")


def main(server: str, token: str, license_file: Path) -> None:
    """Show licenses, resolve a surplus, activate new licenses, and import a license file."""
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/graphql-response+json"}
    with Client(f"{server}/graphql", headers=headers) as client:
        show_licenses(client)
        show_pending_changes(client)
        resolve_surplus(client)
        activate(client)
        show_status(client)
        import_file(client, license_file.read_text())
        show_status(client)


def show_licenses(client: Client) -> None:
    """Print the seats bought and in use."""
    result = client.licenses()
    installation = require(result.installation)
    print(f"{installation.license_owner}, {installation.serial_number}")
    for license in require(result.licenses).nodes:
        if license.seats:
            print(f"  {license.name}: {license.seats.in_use} of {limit(license.seats.total)}")


def show_pending_changes(client: Client) -> None:
    """Print the change sets that vendors have sent."""
    for change_set in require(client.pending_changes().pending_changes):
        show(change_set)


def resolve_surplus(client: Client) -> None:
    """Revoke superfluous seats from the suggested users."""
    for required in require(client.surplus().surplus_requirements):
        print(f"{required.license.name}: {required.seats_to_remove} too many")
        users = [suggestion.assignment.user.id for suggestion in required.suggestions]
        input = RevokeUserLicensesInput(licenseId=required.license.id, userIds=users)
        revoked = require(send_once(client.revoke, input).revoke_user_licenses)
        check(revoked.user_errors)
        for result in revoked.results:
            print(f"  {require(result.user).name}: {result.outcome.value}")


def activate(client: Client) -> None:
    """Activate the pending change sets."""
    for change_set in require(client.pending_changes().pending_changes):
        activated = send_once(client.activate, ActivateLicensesInput(changeSetId=change_set.id)).activate_licenses
        check(require(activated).user_errors)
        show(require(require(activated).change_set))


def import_file(client: Client, text: str) -> None:
    """Preview a license file, then import it."""
    input = ImportLicenseFileInput(file=LicenseFileInput(text=text), mode=ImportMode.PREVIEW)
    preview = require(client.import_file(input).import_license_file)
    check(preview.user_errors)
    show(require(preview.change_set))
    imported = send_once(client.import_file, input.model_copy(update={"mode": ImportMode.FOLLOW_POLICY}))
    check(require(imported.import_license_file).user_errors)
    show(require(require(imported.import_license_file).change_set))


def show_status(client: Client) -> None:
    """Print the status of each vendor's licenses."""
    for vendor in require(client.status().vendors):
        print(f"{vendor.name}: {vendor.status.value}, {vendor.update_status.value}")


def show(change_set: ChangeSet) -> None:
    """Print a change set and its changes."""
    print(f"New licenses of {change_set.vendor.name}: {change_set.status.value}")
    for change in change_set.changes:
        print(f"  {change.name}: {change.kind.value}{seats(change)}")


def seats(change: ChangeSetChanges) -> str:
    """Return the old and the new number of seats, if they differ; licenses for everyone have none."""
    if change.old_total == change.new_total:
        return ""
    return f", {limit(change.old_total)} -> {limit(change.new_total)}, {change.surplus} too many"


def limit(total: int | None) -> str:
    """Return the number of seats, or `unlimited`."""
    return "unlimited" if total is None else str(total)


def check(user_errors: list[UserErrorFields]) -> None:
    """Exit with the messages if there are user errors; each says what to do."""
    if user_errors:
        sys.exit("\n".join(f"{error.code.value}: {error.message}" for error in user_errors))


def require(value: Value | None) -> Value:
    """Return a value that is null only if the operation failed, which the client has raised already."""
    assert value is not None
    return value


if __name__ == "__main__":
    main(os.environ["SERVER"], os.environ["TOKEN"], Path(sys.argv[1]))
