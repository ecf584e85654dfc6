from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0001_initial")]

    operations = [
        ops.CreateModel(
            name="SignInAttempt",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("account_sha256", fields.CharField(max_length=64)),
                ("network", fields.CharField(null=True, max_length=50)),
                ("attempted_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "sign_in_attempt",
                "app": "models",
                "indexes": [
                    Index(fields=("account_sha256", "attempted_at"), name="sign_in_attempt_account"),
                    Index(fields=("network", "attempted_at"), name="sign_in_attempt_network"),
                ],
                "pk_attr": "id",
                "table_description": "A try that failed, or is under way. It belongs to no installation: it may name "
                "one that does not exist.",
            },
            bases=["Model"],
        ),
    ]
