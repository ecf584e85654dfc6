"""Tests of the command line: arguments, output and exit codes; resolvers are tested separately."""

import io
import json
import os
import subprocess
import sys
from argparse import ArgumentParser
from base64 import urlsafe_b64decode
from importlib import import_module
from itertools import count
from pathlib import Path

import pytest
from graphql import build_client_schema, build_schema, lexicographic_sort_schema, print_schema

from licensing.documents.keys import generate_key, parse_public_jwk, public_jwk, thumbprint
from schema.build import print_sdl
from server.cli import COMMAND_MODULES
from tests.server.commands.output import parse_json
from tests.server.credentials import PASSWORD
from tests.support import documents

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("module", COMMAND_MODULES)
def test_modules_register_their_listed_commands(module):
    commands = ArgumentParser().add_subparsers()

    import_module(f"server.commands.{module}").register(commands)

    assert commands.choices.keys() == COMMAND_MODULES[module]


def test_a_command_imports_only_its_own_module():
    check = (
        "import sys; from server.cli import make_parser; make_parser('serve'); "
        "sys.exit('server.demo.installation' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", check], cwd=ROOT).returncode == 0


def test_demo_prints_files_and_credentials(demo):
    assert "Created the demo installation 1204417838." in demo
    assert "growth.lic, other-installation.lic, renewal.lic, tampered.lic" in demo
    assert demo.endswith(f"Login: inga\nPassword: {PASSWORD}\n")


def test_second_demo_keeps_data_and_prints_the_login(run, demo):
    code, output, _ = run("demo")
    assert code == 0
    assert "Login: inga\nTo set a new password: seatkeeper admin password inga\n" in output
    assert PASSWORD not in output


def test_demo_generates_a_password_if_none_is_set(run, monkeypatch):
    monkeypatch.delenv("SEATKEEPER_ADMIN_PASSWORD")
    _, output, _ = run("demo", "--trial", "--issuer", "elsewhere")
    assert len(output.rsplit("Password: ")[1].strip()) == 16
    assert Path("elsewhere/purchase.lic").exists()


def test_setting_up_an_installation_from_scratch(run):
    assert run("installation", "create", "--owner", "Fjordlys Handel AS", "--serial", "1204417838")[0] == 0
    assert run("issuer", "keygen", "--vendor", "superoffice", "-o", "keys")[0] == 0
    trusted = run(
        "vendor", "trust", "keys/superoffice.public.jwk", "--vendor", "superoffice", "--name", "SuperOffice AS"
    )
    assert trusted[0] == 0
    assert trusted[1].endswith("to sign for SuperOffice AS, the main vendor.\n")
    assert run("admin", "create", "inga", "--name", "Inga Solheim")[1] == (
        "Inga Solheim is an administrator and signs in as inga.\n"
    )
    claims = {
        "iss": "superoffice",
        "sub": "1204417838",
        "seq": 1,
        "owner": "Fjordlys Handel AS",
        "vendor": {"name": "SuperOffice AS"},
        "licenses": [{"code": "ten-sales", "name": "Sales Premium", "scope": "USER", "total": 5, "plan": True}],
    }
    Path("claims.json").write_text(json.dumps(claims))
    assert run("issuer", "sign", "claims.json", "--key", "keys/superoffice.private.jwk", "-o", "first.lic")[0] == 0
    assert run("import", "first.lic")[1].startswith("Change set 1, activated:\n")

    assert parse_json(run("licenses", "--json")) == [
        {
            "key": "superoffice.ten-sales",
            "name": "Sales Premium",
            "scope": "USER",
            "inUse": 0,
            "total": 5,
            "available": 5,
        }
    ]
    assert run("doctor")[:2] == (0, "No problems found.\n")


def test_licenses_are_printed_as_a_table(run, demo):
    code, output, _ = run("licenses")
    assert code == 0
    lines = [line.split() for line in output.splitlines()]
    assert lines[1] == ["superoffice.ten-sales", "Sales", "Premium", "USER", "21", "21", "0"]
    assert lines[5] == ["superoffice.visible-for", "Confidential", "activities", "USER", "4", "unlimited"]


def test_pending_changes_are_printed_as_table_and_json(run, demo):
    code, output, _ = run("pending")
    assert code == 0
    assert output.startswith("Change set 3, blocked by surplus:\n")
    [change_set] = parse_json(run("pending", "--json"))
    assert change_set["status"] == "BLOCKED_BY_SURPLUS"
    assert [change["surplus"] for change in change_set["changes"]] == [3, 0, 0, 0]


def test_import_preview_changes_nothing(run, demo):
    assert run("import", "demo-issuer/growth.lic", "--mode", "preview")[1].startswith("Preview of a change set")
    assert parse_json(run("pending", "--json"))[0]["id"] == 3


def test_rejected_license_file_exits_with_1(run, demo):
    code, output, errors = run("import", "demo-issuer/tampered.lic")
    assert (code, output) == (1, "")
    assert errors.startswith("SIGNATURE_INVALID: The license file was altered after it was signed")


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("frobnicate",),
        ("import", "no-such-file.lic"),
        ("import",),
        ("vendor", "policy", "superoffice", "sometimes"),
        ("token", "create", "erp", "--scope", "everything"),
        ("users", "import", "no-such-file.csv"),
        ("serve", "--workers", "0"),
    ],
)
def test_wrong_usage_exits_with_2(run, arguments):
    code, output, errors = run(*arguments)
    assert (code, output) == (2, "")
    assert errors.startswith("usage: seatkeeper")


def test_missing_installation_is_reported_with_the_next_step(run):
    code, _, errors = run("licenses")
    assert code == 1
    assert errors == "INVALID: There is no installation yet. Make one with `seatkeeper installation create`.\n"


def test_one_of_several_installations_must_be_named(run, demo):
    run("installation", "create", "--owner", "Annen Bedrift AS", "--serial", "2000000006")

    assert run("licenses")[2] == "INVALID: There are several installations. Say which by `--installation SERIAL`.\n"
    assert len(parse_json(run("licenses", "--json", "--installation", "1204417838"))) == 12
    assert parse_json(run("licenses", "--json", "--installation", "2000000006")) == []
    assert run("licenses", "--installation", "3000000000")[0] == 1


def test_vendors_are_listed_and_their_policy_is_set(run, demo):
    assert run("vendor", "policy", "nordsync", "review-reductions")[0] == 0
    vendors = parse_json(run("vendor", "list", "--json"))
    assert [(vendor["key"], vendor["activationPolicy"]) for vendor in vendors] == [
        ("superoffice", "AUTOMATIC"),
        ("nordsync", "REVIEW_REDUCTIONS"),
    ]
    assert run("vendor", "policy", "no-such-vendor", "manual")[2].startswith(
        "NOT_FOUND: There is no vendor no-such-vendor."
    )


def test_vendor_with_assigned_licenses_is_not_removed(run, demo):
    code, _, errors = run("vendor", "remove", "nordsync")
    assert code == 1
    assert errors.startswith("INVALID: Some users hold licenses of NordSync AS: NordSync Connector.")


def test_files_signed_by_a_distrusted_key_are_rejected(run, demo):
    kid = parse_public_jwk(Path("demo-issuer/superoffice.public.jwk").read_bytes()).kid
    assert run("vendor", "distrust", kid)[0] == 0
    assert run("import", "demo-issuer/growth.lic")[2].startswith("SIGNING_KEY_UNKNOWN")
    assert run("doctor")[0] == 0


def test_thumbprint_may_begin_with_a_hyphen(run, demo):
    keys = (public_jwk(generate_key()) for _ in count())
    key = next(key for key in keys if thumbprint(key).startswith("-"))
    Path("second.jwk").write_text(json.dumps(key))
    assert run("vendor", "trust", "second.jwk", "--vendor", "superoffice", "--name", "SuperOffice AS")[0] == 0
    code, output, _ = run("vendor", "distrust", thumbprint(key), "--installation", "1204417838")
    assert code == 0
    assert output.startswith(f"Distrusted the key {thumbprint(key)}.")


def test_token_is_created_listed_and_revoked(run, demo):
    code, secret, errors = run(
        "token", "create", "ERP", "--scope", "users-read", "LICENSES_READ", "--vendor", "nordsync"
    )
    assert (code, errors) == (0, "")
    assert secret.startswith("skp_1_")
    assert len(secret.splitlines()) == 1
    [token] = parse_json(run("token", "list", "--json"))
    assert (token["name"], token["scopes"]) == ("ERP", ["LICENSES_READ", "USERS_READ"])

    assert run("token", "revoke", "1")[0] == 0
    assert parse_json(run("token", "list", "--json")) == []
    assert run("token", "revoke", "2")[0] == 1


def test_token_with_all_scopes(run, demo):
    run("token", "create", "ERP", "--scope", "all")
    [token] = parse_json(run("token", "list", "--json"))
    assert len(token["scopes"]) == 7


def test_password_is_read_from_standard_input(run, demo, monkeypatch):
    monkeypatch.delenv("SEATKEEPER_ADMIN_PASSWORD")
    monkeypatch.setattr("sys.stdin", io.StringIO("another horse battery\n"))
    assert run("admin", "password", "INGA")[:2] == (0, "Inga Solheim has a new password and must sign in again.\n")

    monkeypatch.setattr("sys.stdin", io.StringIO("too short\n"))
    code, _, errors = run("admin", "password", "inga")
    assert (code, errors) == (1, "INVALID: A password has 12 to 128 characters. Choose another.\n")


def test_users_are_imported_and_invalid_lines_reported(run, demo):
    Path("users.csv").write_text("login,name,kind\nkari2,Kari To,employee\nola2,Ola To,robot\ninga,Inga Solheim,\n")

    code, output, errors = run("users", "import", "users.csv")

    assert code == 1
    assert output == "1 users added, 0 changed, 1 unchanged, 1 refused.\n"
    assert errors.splitlines()[0].startswith("Line 3: `kind` is “robot”")
    assert errors.splitlines()[1].startswith("USERS_REFUSED: ")


def test_user_import_prints_json(run, demo):
    Path("users.csv").write_bytes("login;name\nase;Åse Lunde\n".encode("utf-8-sig"))
    assert parse_json(run("users", "import", "users.csv", "--json")) == {
        "added": 0,
        "changed": 0,
        "unchanged": 1,
        "refused": [],
    }


def test_csv_without_columns_is_rejected(run, demo):
    Path("users.csv").write_text("kari\n")
    code, _, errors = run("users", "import", "users.csv")
    assert (code, errors.startswith("INVALID: The first line names columns")) == (1, True)


def test_existing_keys_are_not_overwritten(run):
    run("issuer", "keygen", "--vendor", "superoffice")
    code, _, errors = run("issuer", "keygen", "--vendor", "superoffice")
    assert code == 1
    assert errors.startswith("FILE_EXISTS: superoffice.private.jwk exists already.")


def test_invalid_claims_are_not_signed(run):
    run("issuer", "keygen", "--vendor", "superoffice")
    Path("claims.json").write_text("{}")
    code, _, errors = run("issuer", "sign", "claims.json", "--key", "superoffice.private.jwk")
    assert code == 1
    assert errors.startswith("FILE_INVALID: The license file cannot be used: ")


def test_encrypted_keygen_file_is_written_and_imported(run, demo):
    run("issuer", "keygen", "--vendor", "acme")
    public = json.loads(Path("acme.public.jwk").read_text())
    in_hex = urlsafe_b64decode(public["x"] + "=").hex()
    assert run("vendor", "trust", in_hex, "--vendor", "acme", "--name", "Acme Inc.")[0] == 0
    Path("claims.json").write_text(
        json.dumps(documents.claims(iss="acme", licenses=[documents.grant("sync", total=3)]))
    )
    sign = ("issuer", "sign", "claims.json", "--key", "acme.private.jwk", "--license-key", "AB12", "-o", "acme.lic")

    assert run(*sign)[2].startswith("INVALID: Only Keygen files can be encrypted.")
    assert run(*sign, "--format", "keygen")[0] == 0
    assert run("import", "acme.lic")[2].startswith("LICENSE_KEY_INVALID: The license file is encrypted.")
    assert "acme.sync" in run("import", "acme.lic", "--license-key", "AB12")[1]
    assert run("doctor")[:2] == (0, "No problems found.\n")


def test_outdated_database_is_reported_with_the_next_step(run, monkeypatch, tmp_path):
    monkeypatch.setenv("SEATKEEPER_DATABASE_URL", f"sqlite://{tmp_path / 'new.db'}")
    outdated = "DATABASE_OUTDATED: The database is not up to date. Run `seatkeeper migrate`.\n"
    assert run("licenses") == (1, "", outdated)
    assert run("serve") == (1, "", outdated)

    assert run("migrate")[:2] == (0, "The database is up to date now.\n")
    assert run("migrate")[:2] == (0, "The database is up to date.\n")


def test_several_workers_are_rejected_on_sqlite(run, monkeypatch, tmp_path):
    monkeypatch.setenv("SEATKEEPER_DATABASE_URL", f"sqlite://{tmp_path / 'new.db'}")
    code, _, errors = run("serve", "--workers", "2")
    assert (code, errors.startswith("WORKERS_ON_SQLITE: SQLite supports one process.")) == (1, True)


def test_invalid_setting_is_named(run, monkeypatch):
    monkeypatch.setenv("SEATKEEPER_DATABASE_URL", "mysql://somewhere")
    code, _, errors = run("licenses")
    assert (code, errors.startswith("SETTING_INVALID: SEATKEEPER_DATABASE_URL is invalid")) == (1, True)


def test_unreachable_database_is_reported_without_a_traceback(run, monkeypatch):
    monkeypatch.setenv("SEATKEEPER_DATABASE_URL", "postgres://postgres@127.0.0.1:1/seatkeeper")
    code, _, errors = run("licenses")
    assert (code, errors.startswith("UNAVAILABLE: ")) == (1, True)


def test_schema_is_printed_as_sdl(run):
    code, output, _ = run("schema")
    assert code == 0
    assert "activateLicenses(" in output


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_schema_is_printed_as_introspection_json(run):
    code, output, _ = run("schema", "--json")
    assert code == 0
    for_tools, printed = build_client_schema(json.loads(output)), build_schema(print_sdl())
    assert print_schema(lexicographic_sort_schema(for_tools)) == print_schema(lexicographic_sort_schema(printed))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_backup_does_not_overwrite_a_file(run, demo):
    assert run("backup", "copy.db")[:2] == (0, "Copied to copy.db.\n")
    assert run("backup", "copy.db")[2].startswith("FILE_EXISTS")


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_backup_refers_postgres_users_to_pg_dump(run, demo):
    code, _, errors = run("backup", "copy.db")
    assert code == 1
    assert errors.startswith("NOT_SQLITE") and "pg_dump" in errors


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_command_exits_and_closes_its_connections(run, demo):
    # An open connection would keep the process alive.
    command = [sys.executable, "-m", "server.cli", "doctor"]
    done = subprocess.run(command, env=_environment(), capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout) == (0, "No problems found.\n")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_closed_output_pipe_is_no_error(run, demo):
    command = f"{sys.executable} -m server.cli pending --json | head -n 1"
    done = subprocess.run(
        command, shell=True, env=_environment(), capture_output=True, text=True, timeout=30, check=True
    )
    assert (done.stdout, done.stderr) == ("[\n", "")


def _environment():
    return {**os.environ, "PYTHONPATH": str(ROOT)}
