"""Seat batches."""

from tortoise import Model, fields

from models.fields import belongs_to


class SeatBatch(Model):
    """A unit of work that assigned, revoked or moved seats, which its audit events name."""

    id = fields.BigIntField(primary_key=True)
    installation = belongs_to("Installation")
    installation_id: int
    created_at = fields.DatetimeField()
    actor_kind = fields.CharField(max_length=20)
    actor_name = fields.CharField(max_length=200)
    request_id = fields.CharField(max_length=64)
    undone_by = belongs_to("SeatBatch", null=True)
    """The batch that undid this one."""
    undone_by_id: int | None

    class Meta:
        table = "seat_batch"
