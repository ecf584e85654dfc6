from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0005_webhooks")]

    operations = [
        ops.AddField(model_name="Vendor", name="check_words", field=fields.JSONField(null=True)),
        ops.AddField(model_name="WebhookDelivery", name="error_words", field=fields.JSONField(null=True)),
    ]
