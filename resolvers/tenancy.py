"""Query conditions that restrict rows to the caller's installation and, for some API tokens, to one vendor."""

from typing import Any

from models.db.select import Select
from resolvers.context import Context


def tenant_filter(context: Context, vendor: str = "vendor_id") -> dict[str, Any]:
    """Return the arguments for a model's `filter` that select the rows the caller has access to.

    Args:
        context: The request context.
        vendor: The name of the column that holds the vendor's ID.
    """
    bound_to = context.caller.vendor_id
    of_vendor = {} if bound_to is None else {vendor: bound_to}
    return {"installation_id": context.installation_id, **of_vendor}


def tenant_conditions(context: Context, select: Select) -> list[str]:
    """Return the same restriction as SQL conditions on a table with `installation_id` and `vendor_id`."""
    conditions = [f"installation_id = {select.bind(context.installation_id)}"]
    if (bound_to := context.caller.vendor_id) is not None:
        conditions.append(f"vendor_id = {select.bind(bound_to)}")
    return conditions
