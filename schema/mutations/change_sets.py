"""Mutations of change sets: activate, reject, acknowledge."""

from typing import Annotated

import strawberry

from licensing.enums import ApiScope
from licensing.errors import TooManyItems
from resolvers.change_sets import change_sets, read_model
from resolvers.change_sets.activation import activate_licenses
from resolvers.context import Context
from schema.core.descriptions import argument, input_type, object_type
from schema.core.permissions import Info, mutation, payload_field
from schema.core.user_errors import collect_user_errors
from schema.execution.cost import MAX_ITEMS
from schema.mutations.inputs import decode_user_ids, require_non_blank
from schema.mutations.payload import Payload
from schema.relay.node import decode_id
from schema.types.change_set import LicenseChangeSet, change_set_object


@input_type
class RevocationInput:
    """A license to revoke from users."""

    license_id: strawberry.ID
    """ID of the license to revoke."""
    user_ids: list[strawberry.ID]
    """IDs of the users to revoke it from: 1 to 1,000, without duplicates."""


@input_type
class LicenseMoveInput:
    """Users to move from one license to another when a change set is activated."""

    from_license_id: strawberry.ID
    """ID of the license that the users hold."""
    to_license_key: str
    """Key of the license to assign instead. May be a license that the change set adds."""
    user_ids: list[strawberry.ID]
    """IDs of the users to move: 1 to 1,000, without duplicates."""


@input_type
class ActivateLicensesInput:
    """Input of `activateLicenses`."""

    change_set_id: strawberry.ID
    """ID of the change set that was reviewed. Activation fails if a newer change set has arrived since."""
    revocations: list[RevocationInput] | None = None
    """Licenses to revoke before activation, in the same transaction. At most 1,000 users, including `moves`."""
    moves: list[LicenseMoveInput] | None = None
    """
    Users to move to another license of the change set, in the same transaction, for example when one plan replaces
    another.
    """


@input_type
class RejectPendingChangesInput:
    """Input of `rejectPendingChanges`."""

    change_set_id: strawberry.ID
    """ID of the change set to reject."""
    reason: str
    """Reason for the rejection. Recorded in the audit log and sent to the vendor."""


@input_type
class AcknowledgeChangeSetInput:
    """Input of `acknowledgeChangeSet`."""

    change_set_id: strawberry.ID
    """ID of the automatically activated change set."""


@object_type
class ActivateLicensesPayload(Payload):
    """Payload of `activateLicenses`."""

    change_set: LicenseChangeSet | None = payload_field(requires=ApiScope.LICENSES_READ)
    """The change set after the mutation; null if not found."""


@object_type
class RejectPendingChangesPayload(Payload):
    """Payload of `rejectPendingChanges`."""

    change_set: LicenseChangeSet | None = payload_field(requires=ApiScope.LICENSES_READ)
    """The change set after the mutation; null if not found."""


@object_type
class AcknowledgeChangeSetPayload(Payload):
    """Payload of `acknowledgeChangeSet`."""

    change_set: LicenseChangeSet | None = payload_field(requires=ApiScope.LICENSES_READ)
    """The change set after the mutation; null if not found."""


@object_type
class ChangeSetMutations:
    """Mutations that close or acknowledge change sets."""

    @mutation(requires=ApiScope.LICENSES_WRITE)
    async def activate_licenses(
        self, info: Info, input: Annotated[ActivateLicensesInput, argument("The change set to activate.")]
    ) -> ActivateLicensesPayload | None:
        """Activates a change set, entirely or not at all. `revocations` and `moves` are applied first, in the same
        transaction: if activation fails, they are rolled back. Both also need the `USERS_WRITE` scope.
        Idempotent: activating the change set that is already in force succeeds.
        Errors: NOT_FOUND, INVALID, TOO_MANY_ITEMS, CHANGE_SET_CLOSED, NOT_YET_EFFECTIVE, LICENSE_EXPIRED,
        REVOCATION_BLOCKED, NO_SEATS, NOT_ASSIGNABLE, HAS_ANOTHER_PLAN, PREREQUISITE_MISSING, SURPLUS_SEATS.
        """
        if input.revocations or input.moves:
            info.context.require(ApiScope.USERS_WRITE)
        payload = ActivateLicensesPayload()
        change_set_id = decode_id(input.change_set_id, "LicenseChangeSet")
        with collect_user_errors(payload):
            payload.change_set = await _load_change_set(info.context, change_set_id)
            _check_total_users(input)
            await activate_licenses(info.context, change_set_id, _decode_revocations(input), _decode_moves(input))
            payload.change_set = await _load_change_set(info.context, change_set_id)
        return payload

    @mutation(requires=ApiScope.LICENSES_WRITE)
    async def reject_pending_changes(
        self, info: Info, input: Annotated[RejectPendingChangesInput, argument("The change set to reject, and why.")]
    ) -> RejectPendingChangesPayload | None:
        """Rejects a change set with wrong numbers or modules, so that it cannot be activated by mistake, and reports
        the reason to the vendor. Errors: NOT_FOUND, CHANGE_SET_CLOSED, INVALID.
        """
        payload = RejectPendingChangesPayload()
        change_set_id = decode_id(input.change_set_id, "LicenseChangeSet")
        with collect_user_errors(payload):
            payload.change_set = await _load_change_set(info.context, change_set_id)
            reason = require_non_blank(input.reason, "input", "reason")
            await change_sets.reject_pending_changes(info.context, change_set_id, reason)
            payload.change_set = await _load_change_set(info.context, change_set_id)
        return payload

    @mutation(requires=ApiScope.LICENSES_WRITE)
    async def acknowledge_change_set(
        self, info: Info, input: Annotated[AcknowledgeChangeSetInput, argument("The change set to acknowledge.")]
    ) -> AcknowledgeChangeSetPayload | None:
        """Marks an automatically activated change set, and all earlier ones, as seen by the administrators. They are
        removed from `pendingChanges`. Idempotent. Errors: NOT_FOUND, INVALID.
        """
        payload = AcknowledgeChangeSetPayload()
        change_set_id = decode_id(input.change_set_id, "LicenseChangeSet")
        with collect_user_errors(payload):
            payload.change_set = await _load_change_set(info.context, change_set_id)
            await change_sets.acknowledge_change_set(info.context, change_set_id)
            payload.change_set = await _load_change_set(info.context, change_set_id)
        return payload


async def _load_change_set(context: Context, change_set_id: int) -> LicenseChangeSet | None:
    [found] = await read_model.load(context, [change_set_id])
    return change_set_object(found, context) if found else None


def _decode_revocations(input: ActivateLicensesInput) -> list[tuple[int, list[int]]]:
    """Return pairs of a license ID and the IDs of the users to revoke it from."""
    return [
        (
            decode_id(revocation.license_id, "License"),
            decode_user_ids(revocation.user_ids, "input", "revocations", str(i), "userIds"),
        )
        for i, revocation in enumerate(input.revocations or ())
    ]


def _decode_moves(input: ActivateLicensesInput) -> list[tuple[int, str, list[int]]]:
    """Return triples of a license ID, the key of the new license, and the IDs of the users to move."""
    return [
        (
            decode_id(move.from_license_id, "License"),
            move.to_license_key,
            decode_user_ids(move.user_ids, "input", "moves", str(i), "userIds"),
        )
        for i, move in enumerate(input.moves or ())
    ]


def _check_total_users(input: ActivateLicensesInput) -> None:
    """Raise `TooManyItems` if revocations and moves together name more than `MAX_ITEMS` users."""
    count = sum(len(item.user_ids) for item in [*(input.revocations or ()), *(input.moves or ())])
    if count > MAX_ITEMS:
        raise TooManyItems(["input"], count=count, limit=MAX_ITEMS)
