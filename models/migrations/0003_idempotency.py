from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint


class Migration(migrations.Migration):
    dependencies = [("models", "0002_sign_in_attempts")]

    initial = False

    operations = [
        ops.CreateModel(
            name="IdempotencyKey",
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
                ("principal", fields.CharField(max_length=40)),
                ("key", fields.CharField(max_length=255)),
                ("fingerprint", fields.CharField(max_length=64)),
                ("answer", fields.JSONField(null=True)),
                ("refusal", fields.JSONField(null=True)),
                ("kept_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "idempotency_key",
                "app": "models",
                "pk_attr": "id",
                "table_description": "What became of a call that was sent with a key, for when it is sent again.",
            },
            bases=["Model"],
        ),
        ops.AddConstraint(
            "IdempotencyKey",
            UniqueConstraint(fields=("installation_id", "principal", "key"), name="idempotency_key_principal"),
        ),
        ops.AddIndex("IdempotencyKey", Index(fields=["kept_at"])),
    ]
