"""An administrator's day, by a program: `SERVER=… TOKEN=… python story.py LICENSE_FILE`."""

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
    Refusal,
    RevokeUserLicensesInput,
)

Value = TypeVar("Value")


def main(server: str, token: str, license_file: Path) -> None:
    """From what was bought to a license file that is imported."""
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/graphql-response+json"}
    with Client(f"{server}/graphql", headers=headers) as client:
        show_licenses(client)
        show_pending_changes(client)
        revoke_what_is_too_much(client)
        activate(client)
        show_status(client)
        import_file(client, license_file.read_text())
        show_status(client)


def show_licenses(client: Client) -> None:
    """What has been bought, and how much of it is used."""
    bought = client.licenses()
    installation = given(bought.installation)
    print(f"{installation.license_owner}, {installation.serial_number}")
    for license in given(bought.licenses).nodes:
        if license.seats:
            print(f"  {license.name}: {license.seats.in_use} of {limit(license.seats.total)}")


def show_pending_changes(client: Client) -> None:
    """What the vendors have sent."""
    for change_set in given(client.pending_changes().pending_changes):
        show(change_set)


def revoke_what_is_too_much(client: Client) -> None:
    """Takes licenses from those who will miss them least, as many as there must be."""
    for required in given(client.surplus().surplus_requirements):
        print(f"{required.license.name}: {required.seats_to_remove} too many")
        users = [suggestion.assignment.user.id for suggestion in required.suggestions]
        input = RevokeUserLicensesInput(licenseId=required.license.id, userIds=users)
        revoked = given(send_once(client.revoke, input).revoke_user_licenses)
        check(revoked.user_errors)
        for result in revoked.results:
            print(f"  {given(result.user).name}: {result.outcome.value}")


def activate(client: Client) -> None:
    """Puts into force what waits."""
    for change_set in given(client.pending_changes().pending_changes):
        activated = send_once(client.activate, ActivateLicensesInput(changeSetId=change_set.id)).activate_licenses
        check(given(activated).user_errors)
        show(given(given(activated).change_set))


def import_file(client: Client, text: str) -> None:
    """Looks at a license file first, and then imports it."""
    input = ImportLicenseFileInput(file=LicenseFileInput(text=text), mode=ImportMode.PREVIEW)
    preview = given(client.import_file(input).import_license_file)
    check(preview.user_errors)
    show(given(preview.change_set))
    imported = send_once(client.import_file, input.model_copy(update={"mode": ImportMode.FOLLOW_POLICY}))
    check(given(imported.import_license_file).user_errors)
    show(given(given(imported.import_license_file).change_set))


def show_status(client: Client) -> None:
    """Where each vendor's licenses stand."""
    for vendor in given(client.status().vendors):
        print(f"{vendor.name}: {vendor.status.value}, {vendor.update_status.value}")


def show(change_set: ChangeSet) -> None:
    """A change set, and what it changes."""
    print(f"New licenses of {change_set.vendor.name}: {change_set.status.value}")
    for change in change_set.changes:
        print(f"  {change.name}: {change.kind.value}{seats(change)}")


def seats(change: ChangeSetChanges) -> str:
    """How many seats there were and will be, where that changes; a license for everyone has none."""
    if change.old_total == change.new_total:
        return ""
    return f", {limit(change.old_total)} -> {limit(change.new_total)}, {change.surplus} too many"


def limit(total: int | None) -> str:
    """How many seats at most."""
    return "unlimited" if total is None else str(total)


def check(collect_user_errors: list[Refusal]) -> None:
    """Ends the program if the server has refused what was asked; a message says what to do about it."""
    if collect_user_errors:
        sys.exit("\n".join(f"{refusal.code.value}: {refusal.message}" for refusal in collect_user_errors))


def given(value: Value | None) -> Value:
    """What is there unless a part of the answer failed, which the client has raised already."""
    assert value is not None
    return value


if __name__ == "__main__":
    main(os.environ["SERVER"], os.environ["TOKEN"], Path(sys.argv[1]))
