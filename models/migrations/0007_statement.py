from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0006_words")]

    operations = [ops.AddField(model_name="ReceivedDocument", name="statement", field=fields.TextField(null=True))]
