"""Mutations of license assignments: assign, revoke, reassign."""

from collections.abc import Sequence
from typing import Annotated

import strawberry

from licensing.enums import ApiScope, RevocationBlocker, RevocationOutcome
from resolvers.context import Context
from resolvers.dataloaders import Loaders
from resolvers.licenses import assignments
from schema.core.descriptions import argument, input_type, object_type
from schema.core.permissions import Info, mutation, payload_field
from schema.core.row_mapping import from_row
from schema.core.selection import Selection, selected
from schema.core.user_errors import collect_user_errors
from schema.execution.cost import by_ids
from schema.mutations.inputs import decode_user_ids
from schema.mutations.payload import Payload
from schema.relay.node import decode_id
from schema.types.change_set import SurplusRequirement
from schema.types.license import License, license_by_id
from schema.types.user import User, user_rows


@input_type
class RevokeUserLicensesInput:
    """Input of `revokeUserLicenses`."""

    license_id: strawberry.ID
    """ID of the license to revoke."""
    user_ids: list[strawberry.ID]
    """IDs of the users to revoke it from: 1 to 1,000, without duplicates."""


@input_type
class AssignUserLicensesInput:
    """Input of `assignUserLicenses`."""

    license_id: strawberry.ID
    """ID of the license to assign."""
    user_ids: list[strawberry.ID]
    """IDs of the users to assign it to: 1 to 1,000, without duplicates. Users that already hold it keep it."""


@input_type
class ReassignUserLicensesInput:
    """Input of `reassignUserLicenses`."""

    from_license_id: strawberry.ID
    """ID of the license that the users hold."""
    to_license_id: strawberry.ID
    """ID of the license to assign instead."""
    user_ids: list[strawberry.ID]
    """IDs of the users to move: 1 to 1,000, without duplicates."""


@object_type
class UserLicenseRevocation:
    """The result of `revokeUserLicenses` for one user."""

    user_id: strawberry.ID
    """ID of the user, as given in the input."""
    outcome: RevocationOutcome
    """Outcome for this user."""
    blocker: RevocationBlocker | None
    """Reason why the license was not revoked; null unless the outcome is `BLOCKED`."""
    user: User | None = payload_field(requires=ApiScope.USERS_READ)
    """The user after the mutation; null if not found."""


@object_type
class RevokeUserLicensesPayload(Payload):
    """Payload of `revokeUserLicenses`."""

    results: list[UserLicenseRevocation] = strawberry.field(default_factory=list)
    """One result per user ID, in the order given. Empty if `userErrors` is not."""
    license: License | None = payload_field(requires=ApiScope.LICENSES_READ)
    """The license with its new seat counts; null if not found."""
    surplus_requirement: SurplusRequirement | None = payload_field(requires=ApiScope.LICENSES_READ)
    """The seats that remain to be freed; null when the license no longer blocks a change set."""


@object_type
class AssignUserLicensesPayload(Payload):
    """Payload of `assignUserLicenses`."""

    license: License | None = payload_field(requires=ApiScope.LICENSES_READ)
    """The license with its new seat counts; null if not found."""
    users: list[User] = strawberry.field(default_factory=list)
    """The users after the mutation, in the order given."""


@object_type
class ReassignUserLicensesPayload(Payload):
    """Payload of `reassignUserLicenses`."""

    from_license: License | None = payload_field(requires=ApiScope.LICENSES_READ)
    """The previous license with its new seat counts; null if not found."""
    to_license: License | None = payload_field(requires=ApiScope.LICENSES_READ)
    """The new license with its new seat counts; null if not found."""
    users: list[User] = strawberry.field(default_factory=list)
    """The users after the mutation, in the order given."""


@object_type
class AssignmentMutations:
    """Mutations that assign, revoke and reassign licenses."""

    @mutation(requires=ApiScope.USERS_WRITE, costs=[by_ids("input.userIds", "results")])
    async def revoke_user_licenses(
        self, info: Info, input: Annotated[RevokeUserLicensesInput, argument("The license and the users to revoke.")]
    ) -> RevokeUserLicensesPayload | None:
        """Revokes a license from up to 1,000 users. Each user has a result; all revocations that are possible are made,
        in one transaction. Errors: NOT_FOUND, INVALID, TOO_MANY_ITEMS.
        """
        payload = RevokeUserLicensesPayload()
        license_id = decode_id(input.license_id, "License")
        with collect_user_errors(payload):
            user_ids = decode_user_ids(input.user_ids, "input", "userIds")
            outcomes = await assignments.revoke_user_licenses(info.context, license_id, user_ids)
            selection = selected(info).below("results")
            users: list[User | None] = [None] * len(user_ids)
            if "user" in selection:
                users = await _load_users(info.context, user_ids, selection.below("user"))
            payload.results = [
                UserLicenseRevocation(user_id=given, outcome=result.outcome, blocker=result.blocker, user=user)
                for given, result, user in zip(input.user_ids, outcomes, users, strict=True)
            ]
        payload.license = await license_by_id(info.context, license_id)
        if "surplusRequirement" in selected(info):
            payload.surplus_requirement = await _find_surplus_requirement(info.context, license_id)
        return payload

    @mutation(requires=ApiScope.USERS_WRITE, costs=[by_ids("input.userIds", "users")])
    async def assign_user_licenses(
        self, info: Info, input: Annotated[AssignUserLicensesInput, argument("The license and the users to assign.")]
    ) -> AssignUserLicensesPayload | None:
        """Assigns a license to up to 1,000 users: to all of them or to none.
        Errors: NOT_FOUND, INVALID, TOO_MANY_ITEMS, NO_SEATS, NOT_ASSIGNABLE, HAS_ANOTHER_PLAN,
        PREREQUISITE_MISSING, LICENSE_EXPIRED.
        """
        payload = AssignUserLicensesPayload()
        license_id = decode_id(input.license_id, "License")
        user_ids: list[int] = []
        with collect_user_errors(payload):
            user_ids = decode_user_ids(input.user_ids, "input", "userIds")
            await assignments.assign_user_licenses(info.context, license_id, user_ids)
        payload.license = await license_by_id(info.context, license_id)
        payload.users = await _load_selected_users(info, payload, user_ids)
        return payload

    @mutation(requires=ApiScope.USERS_WRITE, costs=[by_ids("input.userIds", "users")])
    async def reassign_user_licenses(
        self, info: Info, input: Annotated[ReassignUserLicensesInput, argument("The licenses and the users to move.")]
    ) -> ReassignUserLicensesPayload | None:
        """Moves up to 1,000 users from one license to another: all of them or none, in one transaction.
        Errors: NOT_FOUND, INVALID, TOO_MANY_ITEMS, NOT_HELD, NO_SEATS, NOT_ASSIGNABLE, HAS_ANOTHER_PLAN,
        PREREQUISITE_MISSING, REVOCATION_BLOCKED, LICENSE_EXPIRED.
        """
        payload = ReassignUserLicensesPayload()
        from_id, to_id = decode_id(input.from_license_id, "License"), decode_id(input.to_license_id, "License")
        user_ids: list[int] = []
        with collect_user_errors(payload):
            user_ids = decode_user_ids(input.user_ids, "input", "userIds")
            await assignments.reassign_user_licenses(info.context, from_id, to_id, user_ids)
        payload.from_license = await license_by_id(info.context, from_id)
        payload.to_license = await license_by_id(info.context, to_id)
        payload.users = await _load_selected_users(info, payload, user_ids)
        return payload


async def _find_surplus_requirement(context: Context, license_id: int) -> SurplusRequirement | None:
    pending = await Loaders.of(context).pending_changes()
    required = (surplus for change_set in pending for surplus in change_set.surplus_requirements)
    found = next((surplus for surplus in required if surplus.license_id == license_id), None)
    return from_row(SurplusRequirement, found, context) if found else None


async def _load_users(context: Context, user_ids: Sequence[int], selection: Selection) -> list[User | None]:
    """Return the users in the order of their IDs, None for those that the caller cannot see."""
    found = [row for row in await Loaders.of(context).user.load_many(list(user_ids)) if row]
    by_id = dict(zip((row[0] for row in found), await user_rows(context, found, selection), strict=True))
    return [by_id.get(user_id) for user_id in user_ids]


async def _load_selected_users(info: Info, payload: Payload, user_ids: Sequence[int]) -> list[User]:
    """Return the users that the caller can see; an empty list if the field `users` is not selected.

    A caller without `USERS_READ` sees the users that it assigned, never those that a refused mutation names.
    """
    selection = selected(info)
    if "users" not in selection or (payload.user_errors and ApiScope.USERS_READ not in info.context.caller.scopes):
        return []
    return [user for user in await _load_users(info.context, user_ids, selection.below("users")) if user]
