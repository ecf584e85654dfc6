"""The root of all mutations, composed of one class per noun."""

from schema.core.descriptions import object_type
from schema.mutations.api_tokens import ApiTokenMutations
from schema.mutations.assignments import AssignmentMutations
from schema.mutations.change_sets import ChangeSetMutations
from schema.mutations.licenses import LicenseMutations
from schema.mutations.sessions import SessionMutations
from schema.mutations.vendors import VendorMutations
from schema.mutations.webhooks import WebhookMutations


@object_type
class Mutation(
    WebhookMutations,
    ApiTokenMutations,
    SessionMutations,
    VendorMutations,
    LicenseMutations,
    AssignmentMutations,
    ChangeSetMutations,
):
    """The mutation root. A mutation that fails changes nothing and reports why in `userErrors`; its payload still
    returns the current state of the objects. Mutations that report a result per item apply the items that succeed.
    """
