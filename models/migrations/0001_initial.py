from tortoise import migrations
from tortoise.migrations import operations as ops
from models.fields import SortKeyField
from models.operations import RunEngineSQL
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Installation",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("serial_number", fields.CharField(unique=True, max_length=10)),
                ("license_owner", fields.CharField(max_length=200)),
                ("is_demo", fields.BooleanField(default=False)),
                ("event_position", fields.BigIntField(default=0)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "installation",
                "app": "models",
                "pk_attr": "id",
                "table_description": "The tenant: every other row belongs to exactly one installation.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="User",
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
                ("login", fields.CharField(max_length=200)),
                ("name", fields.CharField(max_length=200)),
                ("email", fields.CharField(null=True, max_length=320)),
                ("kind", fields.CharField(max_length=10)),
                ("status", fields.CharField(default="ACTIVE", max_length=30)),
                ("group", fields.CharField(null=True, max_length=200)),
                ("role", fields.CharField(null=True, max_length=200)),
                ("can_log_in", fields.BooleanField(default=True)),
                ("is_administrator", fields.BooleanField(default=False)),
                ("password_hash", fields.CharField(null=True, max_length=200)),
                ("last_login_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("open_requests", fields.IntField(default=0)),
                ("name_key", SortKeyField(max_length=400)),
                ("login_key", SortKeyField(max_length=400)),
                ("last_login_key", fields.BigIntField(default=0)),
                ("search_key", fields.TextField(unique=False)),
            ],
            options={
                "table": "user",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A person, or a system account, that has access.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Session",
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
                    "user",
                    fields.ForeignKeyField(
                        "models.User",
                        source_field="user_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("secret_sha256", fields.CharField(unique=True, max_length=64)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("last_seen_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "session",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A logged-in administrator, with the hash of the cookie.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Vendor",
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
                ("key", fields.CharField(max_length=100)),
                ("name", fields.CharField(max_length=200)),
                ("is_main", fields.BooleanField(default=False)),
                ("store_url", fields.CharField(null=True, max_length=1000)),
                ("support_url", fields.CharField(null=True, max_length=1000)),
                ("license_server", fields.CharField(null=True, max_length=1000)),
                ("warn_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("grace_ends_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("maintenance_ends_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("activation_policy", fields.CharField(default="AUTOMATIC", max_length=30)),
                ("checked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("check_outcome", fields.CharField(null=True, max_length=30)),
                ("check_message", fields.CharField(null=True, max_length=1000)),
                ("next_check_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("removed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "vendor",
                "app": "models",
                "pk_attr": "id",
                "table_description": "An issuer of licenses: a tab on the Licenses screen.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ApiToken",
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
                ("secret_sha256", fields.CharField(max_length=64)),
                ("scopes", fields.JSONField()),
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
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("last_used_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "api_token",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A secret that lets an integration call the API, of which only the hash is kept.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="License",
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
                    "vendor",
                    fields.ForeignKeyField(
                        "models.Vendor",
                        source_field="vendor_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("key", fields.CharField(max_length=201)),
                ("code", fields.CharField(max_length=100)),
                ("name", fields.CharField(max_length=200)),
                ("name_key", SortKeyField(max_length=400)),
                (
                    "names",
                    fields.JSONField(default=dict),
                ),
                ("description", fields.CharField(null=True, max_length=2000)),
                (
                    "descriptions",
                    fields.JSONField(default=dict),
                ),
                ("scope", fields.CharField(max_length=10)),
                ("is_plan", fields.BooleanField(default=False)),
                ("is_hidden", fields.BooleanField(default=False)),
                (
                    "includes",
                    fields.JSONField(default=list),
                ),
                ("requires", fields.CharField(null=True, max_length=100)),
                (
                    "kinds",
                    fields.JSONField(null=True),
                ),
                ("sort", fields.IntField(default=0)),
                ("total", fields.IntField(null=True)),
                ("in_use", fields.IntField(default=0)),
                ("in_force", fields.BooleanField(default=True)),
            ],
            options={
                "table": "license",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A right that was bought, whose row outlives its removal and comes back under the same id.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Assignment",
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
                    "license",
                    fields.ForeignKeyField(
                        "models.License",
                        source_field="license_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "user",
                    fields.ForeignKeyField(
                        "models.User",
                        source_field="user_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("is_plan", fields.BooleanField(default=False)),
                ("assigned_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("assigned_by_kind", fields.CharField(max_length=20)),
                ("assigned_by_name", fields.CharField(max_length=200)),
            ],
            options={
                "table": "assignment",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A user holds a license: one seat.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ReceivedDocument",
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
                    "vendor",
                    fields.ForeignKeyField(
                        "models.Vendor",
                        source_field="vendor_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("sha256", fields.CharField(max_length=64)),
                ("content", fields.BinaryField()),
                ("key_id", fields.CharField(max_length=64)),
                ("document_id", fields.CharField(max_length=200)),
                ("serial_number", fields.CharField(max_length=10)),
                ("sequence", fields.IntField()),
                ("issued_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("license_owner", fields.CharField(max_length=200)),
                ("expires_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("grace_ends_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("maintenance_ends_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("effective_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("received_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "received_document",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A vendor's signed license document as it was received and kept.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ChangeSet",
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
                    "vendor",
                    fields.ForeignKeyField(
                        "models.Vendor",
                        source_field="vendor_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "document",
                    fields.ForeignKeyField(
                        "models.ReceivedDocument",
                        source_field="document_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("source", fields.CharField(max_length=20)),
                ("must_be_reviewed", fields.BooleanField(default=False)),
                ("received_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("outcome", fields.CharField(null=True, max_length=20)),
                ("closed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("closed_by_kind", fields.CharField(null=True, max_length=20)),
                ("closed_by_name", fields.CharField(null=True, max_length=200)),
                ("acknowledged_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("rejection_reason", fields.CharField(null=True, max_length=1000)),
                (
                    "changes",
                    fields.JSONField(null=True),
                ),
                ("previous_license_owner", fields.CharField(null=True, max_length=200)),
                ("previous_expires_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "change_set",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A license document compared with what is in force.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AuditEvent",
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
                ("position", fields.BigIntField()),
                ("occurred_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("action", fields.CharField(max_length=40)),
                ("actor_kind", fields.CharField(max_length=20)),
                ("actor_name", fields.CharField(max_length=200)),
                ("request_id", fields.CharField(max_length=64)),
                ("facts", fields.JSONField()),
                ("details", fields.JSONField()),
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
                (
                    "change_set",
                    fields.ForeignKeyField(
                        "models.ChangeSet",
                        source_field="change_set_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "license",
                    fields.ForeignKeyField(
                        "models.License",
                        source_field="license_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "user",
                    fields.ForeignKeyField(
                        "models.User",
                        source_field="user_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "audit_event",
                "app": "models",
                "pk_attr": "id",
                "table_description": "Something that was done, which triggers refuse to alter or remove it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="TrustedKey",
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
                    "vendor",
                    fields.ForeignKeyField(
                        "models.Vendor",
                        source_field="vendor_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("kid", fields.CharField(max_length=64)),
                ("jwk", fields.JSONField()),
                ("not_before", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("not_after", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("distrusted_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "trusted_key",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A public key by which a vendor's documents are verified, kept after it is distrusted.",
            },
            bases=["Model"],
        ),
        ops.AddConstraint(
            "Installation",
            CheckConstraint(check="length(serial_number) = 10", name="installation_serial_number_length"),
        ),
        ops.AddConstraint("User", CheckConstraint(check="open_requests >= 0", name="user_open_requests")),
        ops.AddConstraint(
            "User",
            CheckConstraint(check="NOT (is_administrator AND status = 'RETIRED')", name="user_retired_administrator"),
        ),
        ops.AddConstraint(
            "License", CheckConstraint(check="in_use >= 0 AND (total IS NULL OR in_use <= total)", name="license_seats")
        ),
        ops.AddConstraint(
            "License", CheckConstraint(check="total IS NULL OR (total >= 0 AND scope = 'USER')", name="license_total")
        ),
        ops.AddConstraint("License", CheckConstraint(check="scope = 'USER' OR NOT is_plan", name="license_plan")),
        ops.AddConstraint(
            "License",
            CheckConstraint(
                check="in_use = 0 OR (in_force AND NOT is_hidden AND scope = 'USER')", name="license_unseated"
            ),
        ),
        ops.AddConstraint(
            "ChangeSet",
            CheckConstraint(
                check="(outcome IS NULL) = (closed_at IS NULL) AND (outcome IS NULL) = (changes IS NULL)",
                name="change_set_closed",
            ),
        ),
        ops.AddConstraint("User", UniqueConstraint(fields=("installation_id", "login_key"), name="user_login")),
        ops.AddConstraint("Vendor", UniqueConstraint(fields=("installation_id", "key"), name="vendor_key")),
        ops.AddConstraint("License", UniqueConstraint(fields=("installation_id", "key"), name="license_key")),
        ops.AddConstraint("Assignment", UniqueConstraint(fields=("license_id", "user_id"), name="assignment_seat")),
        ops.AddConstraint(
            "ReceivedDocument", UniqueConstraint(fields=("vendor_id", "sha256"), name="received_document_identity")
        ),
        ops.AddConstraint(
            "AuditEvent", UniqueConstraint(fields=("installation_id", "position"), name="audit_event_position")
        ),
        ops.AddConstraint("TrustedKey", UniqueConstraint(fields=("installation_id", "kid"), name="trusted_key_kid")),
        ops.AddIndex("User", Index(fields=["installation_id", "name_key", "id"])),
        ops.AddIndex("User", Index(fields=["installation_id", "last_login_key", "id"])),
        ops.AddIndex("License", Index(fields=["vendor_id", "sort", "id"])),
        ops.AddIndex("Assignment", Index(fields=["user_id", "license_id"])),
        ops.AddIndex("ReceivedDocument", Index(fields=["vendor_id", "serial_number", "sequence"])),
        ops.AddIndex("ChangeSet", Index(fields=["installation_id", "id"])),
        ops.AddIndex("ChangeSet", Index(fields=["vendor_id", "id"])),
        ops.AddIndex("AuditEvent", Index(fields=["user_id", "position"])),
        ops.AddIndex("AuditEvent", Index(fields=["license_id", "position"])),
        ops.RunSQL(
            "CREATE UNIQUE INDEX vendor_main ON vendor (installation_id) WHERE is_main",
            reverse_sql="DROP INDEX vendor_main",
        ),
        ops.RunSQL(
            "CREATE UNIQUE INDEX assignment_plan ON assignment (user_id) WHERE is_plan",
            reverse_sql="DROP INDEX assignment_plan",
        ),
        ops.RunSQL(
            "CREATE UNIQUE INDEX change_set_open ON change_set (vendor_id) WHERE outcome IS NULL",
            reverse_sql="DROP INDEX change_set_open",
        ),
        RunEngineSQL(
            postgres="CREATE FUNCTION audit_event_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
            "'audit events are never altered or removed' USING ERRCODE = 'integrity_constraint_violation'; END $$",
        ),
        *(
            RunEngineSQL(
                sqlite=f"CREATE TRIGGER audit_event_{change.lower()} BEFORE {change} ON audit_event "
                "BEGIN SELECT RAISE(ABORT, 'audit events are never altered or removed'); END",
                postgres=f"CREATE TRIGGER audit_event_{change.lower()} BEFORE {change} ON audit_event "
                "FOR EACH STATEMENT EXECUTE FUNCTION audit_event_is_kept()",
            )
            for change in ("UPDATE", "DELETE")
        ),
    ]
