"""What a client can change."""

from collections.abc import Sequence
from typing import Annotated

from licensing.enums import ApiScope, ImportMode
from resolvers.auth import api_tokens, sessions
from resolvers.change_sets import change_sets, demo_conversion, license_files
from resolvers.change_sets.activation import activate_licenses
from resolvers.context import Context
from resolvers.licenses import assignments
from resolvers.vendors import checks, vendors
from schema.core.descriptions import argument, object_type
from schema.core.permissions import Access, Info, mutation
from schema.core.row_mapping import from_row
from schema.core.selection import Selection, selected
from schema.core.user_errors import collect_user_errors
from schema.execution.cost import by_ids, weight
from schema.mutations.inputs import (
    AcknowledgeChangeSetInput,
    ActivateLicensesInput,
    AssignUserLicensesInput,
    CheckForLicenseChangesInput,
    ConvertDemoInput,
    CreateApiTokenInput,
    ImportLicenseFileInput,
    ReassignUserLicensesInput,
    RejectPendingChangesInput,
    RevokeApiTokenInput,
    RevokeUserLicensesInput,
    SignInInput,
    UpdateVendorInput,
    check_users_in_all,
    file_content,
    local_moves,
    local_revocations,
    local_user_ids,
    require_non_blank,
)
from schema.mutations.payloads import (
    AcknowledgeChangeSetPayload,
    ActivateLicensesPayload,
    AssignUserLicensesPayload,
    CheckForLicenseChangesPayload,
    ConvertDemoPayload,
    CreateApiTokenPayload,
    ImportLicenseFilePayload,
    LicenseDocument,
    ReassignUserLicensesPayload,
    RejectPendingChangesPayload,
    RevokeApiTokenPayload,
    RevokeUserLicensesPayload,
    SignInPayload,
    SignOutPayload,
    UpdateVendorPayload,
    UserLicenseRevocation,
)
from schema.mutations.webhooks import WebhookMutations
from schema.relay.node import decode_id
from schema.types.change_set import LicenseChangeSet, SurplusRequirement, change_set_object
from schema.types.installation import Installation
from schema.types.license import license_by_id
from schema.types.user import User, user_rows
from schema.types.vendor import vendor_by_id
from schema.types.viewer import ApiToken, Viewer


@object_type
class Mutation(WebhookMutations):
    """Everything a client can change. A mutation that cannot do what was asked changes nothing
    and says why in `userErrors`; the payload still carries the current state of the objects.
    Where it takes a list, each item has an outcome of its own.
    """

    @mutation(requires=ApiScope.LICENSES_WRITE)
    async def activate_licenses(
        self, info: Info, input: Annotated[ActivateLicensesInput, argument("What to activate.")]
    ) -> ActivateLicensesPayload | None:
        """Puts a change set into force, all of it or nothing. With `revocations` and `moves` it first takes the
        named licenses from the named users, or moves them to another license of the change set, in the same
        transaction: if activation still fails, all is as it was. These two also need `USERS_WRITE`.
        Safe to repeat: activating the change set that is in force is a success.
        Errors: NOT_FOUND, INVALID, TOO_MANY_ITEMS, CHANGE_SET_CLOSED, NOT_YET_EFFECTIVE, LICENSE_EXPIRED,
        REVOCATION_BLOCKED, NO_SEATS, NOT_ASSIGNABLE, HAS_ANOTHER_PLAN, PREREQUISITE_MISSING, SURPLUS_SEATS.
        """
        if input.revocations or input.moves:
            info.context.require(ApiScope.USERS_WRITE)
        payload = ActivateLicensesPayload()
        change_set_id = decode_id(input.change_set_id, "LicenseChangeSet")
        with collect_user_errors(payload):
            payload.change_set = await _change_set(info.context, change_set_id)
            check_users_in_all(input)
            await activate_licenses(info.context, change_set_id, local_revocations(input), local_moves(input))
            payload.change_set = await _change_set(info.context, change_set_id)
        return payload

    @mutation(requires=ApiScope.LICENSES_WRITE)
    async def reject_pending_changes(
        self, info: Info, input: Annotated[RejectPendingChangesInput, argument("What to reject and why.")]
    ) -> RejectPendingChangesPayload | None:
        """Turns down a change set whose numbers or modules are wrong, so that it cannot be activated
        by mistake, and tells the vendor why. Errors: NOT_FOUND, CHANGE_SET_CLOSED, INVALID.
        """
        payload = RejectPendingChangesPayload()
        change_set_id = decode_id(input.change_set_id, "LicenseChangeSet")
        with collect_user_errors(payload):
            payload.change_set = await _change_set(info.context, change_set_id)
            reason = require_non_blank(input.reason, "input", "reason")
            await change_sets.reject_pending_changes(info.context, change_set_id, reason)
            payload.change_set = await _change_set(info.context, change_set_id)
        return payload

    @mutation(requires=ApiScope.LICENSES_WRITE)
    async def acknowledge_change_set(
        self, info: Info, input: Annotated[AcknowledgeChangeSetInput, argument("What has been seen.")]
    ) -> AcknowledgeChangeSetPayload | None:
        """Marks an automatically activated change set, and those before it, as seen, for all administrators: takes it
        out of `pendingChanges`. Safe to repeat. Errors: NOT_FOUND, INVALID.
        """
        payload = AcknowledgeChangeSetPayload()
        change_set_id = decode_id(input.change_set_id, "LicenseChangeSet")
        with collect_user_errors(payload):
            payload.change_set = await _change_set(info.context, change_set_id)
            await change_sets.acknowledge_change_set(info.context, change_set_id)
            payload.change_set = await _change_set(info.context, change_set_id)
        return payload

    @mutation(requires=ApiScope.USERS_WRITE, costs=[by_ids("input.userIds", "results")])
    async def revoke_user_licenses(
        self, info: Info, input: Annotated[RevokeUserLicensesInput, argument("The license and the users that lose it.")]
    ) -> RevokeUserLicensesPayload | None:
        """Takes one license from up to 1,000 users. Each user has a result of their own; those that can
        be revoked are, in one transaction. Errors: NOT_FOUND, INVALID, TOO_MANY_ITEMS.
        """
        payload = RevokeUserLicensesPayload()
        license_id = decode_id(input.license_id, "License")
        with collect_user_errors(payload):
            user_ids = local_user_ids(input.user_ids, "input", "userIds")
            outcomes = await assignments.revoke_user_licenses(info.context, license_id, user_ids)
            selection = selected(info).below("results")
            users: list[User | None] = [None] * len(user_ids)
            if "user" in selection:
                users = await _users(info.context, user_ids, selection.below("user"))
            payload.results = [
                UserLicenseRevocation(user_id=given, outcome=one.outcome, blocker=one.blocker, user=user)
                for given, one, user in zip(input.user_ids, outcomes, users, strict=True)
            ]
        payload.license = await license_by_id(info.context, license_id)
        if "surplusRequirement" in selected(info):
            payload.surplus_requirement = await _surplus_requirement(info.context, license_id)
        return payload

    @mutation(requires=ApiScope.USERS_WRITE, costs=[by_ids("input.userIds", "users")])
    async def assign_user_licenses(
        self, info: Info, input: Annotated[AssignUserLicensesInput, argument("The license and the users that get it.")]
    ) -> AssignUserLicensesPayload | None:
        """Gives one license to up to 1,000 users, all of them or none.
        Errors: NOT_FOUND, INVALID, TOO_MANY_ITEMS, NO_SEATS, NOT_ASSIGNABLE, HAS_ANOTHER_PLAN,
        PREREQUISITE_MISSING, LICENSE_EXPIRED.
        """
        payload = AssignUserLicensesPayload()
        license_id = decode_id(input.license_id, "License")
        user_ids: list[int] = []
        with collect_user_errors(payload):
            user_ids = local_user_ids(input.user_ids, "input", "userIds")
            await assignments.assign_user_licenses(info.context, license_id, user_ids)
        payload.license = await license_by_id(info.context, license_id)
        payload.users = await _found_users(info, user_ids)
        return payload

    @mutation(requires=ApiScope.USERS_WRITE, costs=[by_ids("input.userIds", "users")])
    async def reassign_user_licenses(
        self, info: Info, input: Annotated[ReassignUserLicensesInput, argument("The licenses and the users that move.")]
    ) -> ReassignUserLicensesPayload | None:
        """Moves up to 1,000 users from one license to another, all of them or none, never without a seat in between.
        Errors: NOT_FOUND, INVALID, TOO_MANY_ITEMS, NOT_HELD, NO_SEATS, NOT_ASSIGNABLE, HAS_ANOTHER_PLAN,
        PREREQUISITE_MISSING, REVOCATION_BLOCKED, LICENSE_EXPIRED.
        """
        payload = ReassignUserLicensesPayload()
        from_id, to_id = decode_id(input.from_license_id, "License"), decode_id(input.to_license_id, "License")
        user_ids: list[int] = []
        with collect_user_errors(payload):
            user_ids = local_user_ids(input.user_ids, "input", "userIds")
            await assignments.reassign_user_licenses(info.context, from_id, to_id, user_ids)
        payload.from_license = await license_by_id(info.context, from_id)
        payload.to_license = await license_by_id(info.context, to_id)
        payload.users = await _found_users(info, user_ids)
        return payload

    @mutation(requires=ApiScope.LICENSES_WRITE, costs=[weight(100)])
    async def import_license_file(
        self, info: Info, input: Annotated[ImportLicenseFileInput, argument("The file and what to do with it.")]
    ) -> ImportLicenseFilePayload | None:
        """Reads a license file that the vendor sent, for when `checkForLicenseChanges` cannot reach
        the vendor. Importing the same file again returns the same change set; one that was rejected comes back
        as a new change set, to be reviewed. Errors: FILE_TOO_LARGE, FILE_INVALID, SIGNING_KEY_UNKNOWN,
        SIGNATURE_INVALID, LICENSE_KEY_INVALID, SERIAL_NUMBER_MISMATCH, FILE_EXPIRED, FILE_OUTDATED.
        """
        payload = ImportLicenseFilePayload()
        content = await file_content(input.file)
        if input.mode is ImportMode.PREVIEW:
            info.context.idempotent_request = None  # it changes nothing: sent again, it looks again
        with collect_user_errors(payload):
            document = await license_files.verify_license_file(info.context, content, input.mode, input.license_key)
            payload.document = LicenseDocument.of(document)
            changed = await license_files.import_license_file(info.context, document, content, input.mode)
            payload.change_set = change_set_object(changed, info.context) if changed else None
        return payload

    @mutation(requires=ApiScope.LICENSES_WRITE, costs=[weight(100)])
    async def check_for_license_changes(
        self, info: Info, input: Annotated[CheckForLicenseChangesInput, argument("Which vendor to ask.")]
    ) -> CheckForLicenseChangesPayload | None:
        """Asks a vendor's license server for changes now. Whatever the answer, the licenses in force stay in force.
        Errors: NOT_FOUND, NO_LICENSE_SERVER, VENDOR_UNAVAILABLE, VENDOR_REFUSED, and those of `importLicenseFile`.
        """
        payload = CheckForLicenseChangesPayload()
        vendor_id = decode_id(input.vendor_id, "Vendor")
        with collect_user_errors(payload):
            found = await checks.check_for_license_changes(info.context, vendor_id)
            payload.change_set = change_set_object(found, info.context) if found else None
        payload.vendor = await vendor_by_id(info, vendor_id)
        return payload

    @mutation(requires=ApiScope.LICENSES_WRITE, costs=[weight(100)])
    async def convert_demo(
        self, info: Info, input: Annotated[ConvertDemoInput, argument("The new serial number and owner.")]
    ) -> ConvertDemoPayload | None:
        """Turns a demo into a purchased installation with the serial number and license owner that the
        main vendor handed out, through its license server or from the file that came with them.
        Errors: NOT_DEMO, INVALID, NO_LICENSE_SERVER, VENDOR_REFUSED, VENDOR_UNAVAILABLE, and those of
        `importLicenseFile`.
        """
        payload = ConvertDemoPayload()
        content = await file_content(input.file) if input.file else None
        with collect_user_errors(payload):
            found = await demo_conversion.convert_demo(info.context, input.serial_number, input.license_owner, content)
            payload.change_set = change_set_object(found, info.context)
        payload.installation = from_row(Installation, await info.context.loaders.installation(), info.context)
        return payload

    @mutation(requires=ApiScope.LICENSES_WRITE)
    async def update_vendor(
        self, info: Info, input: Annotated[UpdateVendorInput, argument("The vendor and its policy.")]
    ) -> UpdateVendorPayload | None:
        """Sets which of a vendor's change sets are activated on arrival, from the next one on. Errors: NOT_FOUND."""
        payload = UpdateVendorPayload()
        vendor_id = decode_id(input.vendor_id, "Vendor")
        with collect_user_errors(payload):
            await vendors.update_vendor(info.context, vendor_id, input.activation_policy)
            payload.vendor = await vendor_by_id(info, vendor_id)
        return payload

    @mutation(requires=Access.PUBLIC, costs=[weight(1_000)])
    async def sign_in(
        self, info: Info, input: Annotated[SignInInput, argument("Who is logging in.")]
    ) -> SignInPayload | None:
        """Logs an administrator in and sets the session cookie. One per request.
        Errors: CREDENTIALS_INVALID, RATE_LIMITED.
        """
        payload = SignInPayload()
        with collect_user_errors(payload):
            principal = await sessions.sign_in(info.context, input.login, input.password, input.serial_number)
            payload.viewer = from_row(Viewer, principal, info.context)
        return payload

    @mutation(requires=Access.PUBLIC)
    async def sign_out(self, info: Info) -> SignOutPayload | None:
        """Ends the session. Always succeeds."""
        await sessions.sign_out(info.context)
        return SignOutPayload()

    @mutation(requires=ApiScope.TOKENS_WRITE)
    async def create_api_token(
        self, info: Info, input: Annotated[CreateApiTokenInput, argument("What the token is for and may do.")]
    ) -> CreateApiTokenPayload | None:
        """Issues a token for an integration. Its secret is shown this once. Errors: NOT_FOUND, INVALID."""
        payload = CreateApiTokenPayload()
        vendor_id = None if input.vendor_id is None else decode_id(input.vendor_id, "Vendor")
        with collect_user_errors(payload):
            token_id, secret = await api_tokens.create_api_token(
                info.context,
                name=require_non_blank(input.name, "input", "name"),
                scopes=input.scopes,
                vendor_id=vendor_id,
                expires_at=input.expires_at,
            )
            payload.secret = secret or None
            payload.api_token = await _api_token(info.context, token_id)
        return payload

    @mutation(requires=ApiScope.TOKENS_WRITE)
    async def revoke_api_token(
        self, info: Info, input: Annotated[RevokeApiTokenInput, argument("Which token.")]
    ) -> RevokeApiTokenPayload | None:
        """Stops a token from working, at once and for good. Errors: NOT_FOUND."""
        payload = RevokeApiTokenPayload()
        token_id = decode_id(input.api_token_id, "ApiToken")
        with collect_user_errors(payload):
            await api_tokens.revoke_api_token(info.context, token_id)
            payload.api_token = await _api_token(info.context, token_id)
        return payload


async def _change_set(context: Context, change_set_id: int) -> LicenseChangeSet | None:
    [found] = await change_sets.load(context, [change_set_id])
    return change_set_object(found, context) if found else None


async def _surplus_requirement(context: Context, license_id: int) -> SurplusRequirement | None:
    pending = await context.loaders.pending_changes()
    required = (surplus for change_set in pending for surplus in change_set.surplus_requirements)
    found = next((surplus for surplus in required if surplus.license_id == license_id), None)
    return from_row(SurplusRequirement, found, context) if found else None


async def _users(context: Context, user_ids: Sequence[int], selection: Selection) -> list[User | None]:
    """Users in the order of their ids, None for those that the caller cannot see."""
    found = [row for row in await context.loaders.user.load_many(list(user_ids)) if row]
    by_id = dict(zip((row[0] for row in found), await user_rows(context, found, selection), strict=True))
    return [by_id.get(user_id) for user_id in user_ids]


async def _found_users(info: Info, user_ids: Sequence[int]) -> list[User]:
    selection = selected(info)
    if "users" not in selection:
        return []
    return [user for user in await _users(info.context, user_ids, selection.below("users")) if user]


async def _api_token(context: Context, token_id: int) -> ApiToken | None:
    token = await context.loaders.api_token.load(token_id)
    return from_row(ApiToken, token, context) if token else None
