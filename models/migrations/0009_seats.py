import sqlite3
from contextlib import closing

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.db.migration_operations import RunEngineSQL
from models.fields import SortKeyField

# Instants become microseconds since 1970. SQLite keeps them as text, in UTC.
SQLITE_MICROSECONDS = """
    CAST(strftime('%s', substr(assigned_at, 1, 19)) AS INTEGER) * 1000000
    + CASE substr(assigned_at, 20, 1) WHEN '.' THEN CAST(substr(assigned_at, 21, 6) AS INTEGER) ELSE 0 END
"""
POSTGRES_MICROSECONDS = "(extract(epoch FROM assigned_at) * 1000000)::bigint"
COPY = """
UPDATE assignment SET
    held_since = {held_since},
    idle_since = {later}({held_since}, "user".last_login_key),
    user_name_key = "user".name_key
FROM "user" WHERE "user".id = assignment.user_id
"""


def _has_fts5() -> bool:
    with closing(sqlite3.connect(":memory:")) as connection:
        return bool(connection.execute("SELECT sqlite_compileoption_used('ENABLE_FTS5')").fetchone()[0])


# The trigram tokenizer is part of SQLite since version 3.34; without it a search reads all users.
TRIGRAMS = sqlite3.sqlite_version_info >= (3, 34) and _has_fts5()
ADD = "INSERT INTO user_search (rowid, search_key) VALUES (new.id, new.search_key);"
REMOVE = "INSERT INTO user_search (user_search, rowid, search_key) VALUES ('delete', old.id, old.search_key);"
SQLITE_SEARCH = [
    "CREATE VIRTUAL TABLE user_search USING "
    "fts5(search_key, content='user', content_rowid='id', tokenize='trigram case_sensitive 1')",
    "INSERT INTO user_search (user_search) VALUES ('rebuild')",
    f'CREATE TRIGGER user_search_insert AFTER INSERT ON "user" BEGIN {ADD} END',
    f'CREATE TRIGGER user_search_delete AFTER DELETE ON "user" BEGIN {REMOVE} END',
    'CREATE TRIGGER user_search_update AFTER UPDATE OF search_key ON "user" '
    f"WHEN old.search_key <> new.search_key BEGIN {REMOVE} {ADD} END",
]


def reference(model: str, column: str, *, null: bool = False) -> fields.ForeignKeyRelation:
    return fields.ForeignKeyField(
        f"models.{model}",
        source_field=column,
        null=null,
        db_constraint=True,
        to_field="id",
        related_name=False,
        on_delete=OnDelete.RESTRICT,
    )


class Migration(migrations.Migration):
    dependencies = [("models", "0008_search")]

    operations = [
        ops.CreateModel(
            name="SeatBatch",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("installation", reference("Installation", "installation_id")),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("actor_kind", fields.CharField(max_length=20)),
                ("actor_name", fields.CharField(max_length=200)),
                ("request_id", fields.CharField(max_length=64)),
                ("undone_by", reference("SeatBatch", "undone_by_id", null=True)),
            ],
            options={
                "table": "seat_batch",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A unit of work that assigned, revoked or moved seats, which its audit events name.",
            },
            bases=["Model"],
        ),
        ops.AddField("AuditEvent", "seat_batch", reference("SeatBatch", "seat_batch_id", null=True)),
        ops.AddField("AuditEvent", "held_since", fields.BigIntField(null=True)),
        # The defaults are for servers of the previous version, which may still run.
        ops.AddField("Assignment", "held_since", fields.BigIntField(db_default=0)),
        ops.AddField("Assignment", "idle_since", fields.BigIntField(db_default=0)),
        ops.AddField("Assignment", "user_name_key", SortKeyField(max_length=400, db_default="")),
        RunEngineSQL(
            sqlite=COPY.format(held_since=SQLITE_MICROSECONDS, later="max"),
            postgres=COPY.format(held_since=POSTGRES_MICROSECONDS, later="greatest"),
        ),
        ops.AddIndex("Assignment", Index(fields=["license_id", "idle_since", "id"])),
        ops.AddIndex("Assignment", Index(fields=["license_id", "user_name_key", "user_id"])),
        *(RunEngineSQL(sqlite=statement) for statement in SQLITE_SEARCH if TRIGRAMS),
    ]
