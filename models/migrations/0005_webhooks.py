from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint


class Migration(migrations.Migration):
    dependencies = [("models", "0004_installation_version")]

    operations = [
        ops.CreateModel(
            name="Webhook",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "installation",
                    fields.ForeignKeyField(
                        "models.Installation",
                        source_field="installation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("name", fields.CharField(max_length=200)),
                ("url", fields.CharField(max_length=1000)),
                (
                    "vendor",
                    fields.ForeignKeyField(
                        "models.Vendor",
                        source_field="vendor_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("actions", fields.JSONField(default=list)),
                ("secret", fields.CharField(max_length=100)),
                ("previous_secret", fields.CharField(null=True, max_length=100)),
                ("previous_secret_ends_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("position", fields.BigIntField()),
                ("tries", fields.IntField(default=0)),
                ("failing_since", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("next_try_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("claimed_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("disabled_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "webhook",
                "app": "models",
                "pk_attr": "id",
                "table_description": "An address that is told of an installation's events, in order, and how far it has "
                "been told.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="WebhookDelivery",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "installation",
                    fields.ForeignKeyField(
                        "models.Installation",
                        source_field="installation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "webhook",
                    fields.ForeignKeyField(
                        "models.Webhook",
                        source_field="webhook_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "event",
                    fields.ForeignKeyField(
                        "models.AuditEvent",
                        source_field="event_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("message_id", fields.CharField(max_length=100)),
                ("sent_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("milliseconds", fields.IntField()),
                ("response_status", fields.IntField(null=True)),
                ("error", fields.CharField(null=True, max_length=200)),
            ],
            options={
                "table": "webhook_delivery",
                "app": "models",
                "pk_attr": "id",
                "table_description": "One try to tell a webhook something, of which the latest are kept to be shown.",
            },
            bases=["Model"],
        ),
        ops.AddConstraint(
            "Webhook",
            CheckConstraint(check="tries >= 0 AND (tries = 0) = (failing_since IS NULL)", name="webhook_tries"),
        ),
        ops.AddConstraint(
            "Webhook",
            CheckConstraint(
                check="(previous_secret IS NULL) = (previous_secret_ends_at IS NULL)", name="webhook_previous_secret"
            ),
        ),
        ops.AddIndex("WebhookDelivery", Index(fields=["webhook_id", "id"])),
    ]
