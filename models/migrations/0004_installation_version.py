from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0003_idempotency")]

    operations = [ops.AddField(model_name="Installation", name="version", field=fields.BigIntField(default=0))]
