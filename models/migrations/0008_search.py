from tortoise import migrations

from models.db.migration_operations import RunEngineSQL

# Who owns the database may make the extension, which is trusted; where that is not so, a search reads all users.
SEARCH = """
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX user_search ON "user" USING gin (search_key gin_trgm_ops);
EXCEPTION
    WHEN insufficient_privilege OR feature_not_supported OR undefined_file OR undefined_object THEN
        RAISE NOTICE 'Searches have no index: %', SQLERRM;
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0007_statement")]

    operations = [RunEngineSQL(postgres=SEARCH)]
