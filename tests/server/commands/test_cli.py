"""The command line from its arguments to its exit code. What commands do is tested with the resolvers they call."""

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
from tortoise.backends.base.executor import EXECUTOR_CACHE

from licensing.documents.keys import generate, parse_public_jwk, public_jwk, thumbprint
from schema.build import print_sdl
from server.cli import MODULES, main
from tests.support import documents

PASSWORD = "correct horse battery"
ROOT = Path(__file__).parents[3]


@pytest.fixture
def run(database_url, monkeypatch, tmp_path, capsys):
    """Runs a command in a folder of its own, and returns its exit code, its output and its complaints."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEATKEEPER_DATABASE_URL", database_url)
    monkeypatch.setenv("SEATKEEPER_ADMIN_PASSWORD", PASSWORD)

    def run(*arguments):
        EXECUTOR_CACHE.clear()
        try:
            code = main(arguments)
        except SystemExit as exit:  # argparse's, for wrong usage
            code = int(exit.code or 0)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture
def demo(run):
    """The demo installation, with its files in `demo-issuer`."""
    code, output, _ = run("demo")
    assert code == 0
    return output


def answer(result):
    code, output, complaints = result
    assert (code, complaints) == (0, "")
    return json.loads(output)


@pytest.mark.parametrize("module", MODULES)
def test_commands_are_where_the_table_says(module):
    commands = ArgumentParser().add_subparsers()

    import_module(f"server.commands.{module}").add_to(commands)

    assert commands.choices.keys() == MODULES[module]


def test_a_command_does_not_load_what_others_need():
    check = (
        "import sys; from server.cli import make_parser; make_parser('serve'); "
        "sys.exit('server.demo.installation' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", check], cwd=ROOT).returncode == 0


def test_the_demo_says_where_files_are_and_how_to_log_in(demo):
    assert "Made the demo installation 1204417838." in demo
    assert "growth.lic, other-installation.lic, renewal.lic, tampered.lic" in demo
    assert demo.endswith(f"Login: inga\nPassword: {PASSWORD}\n")


def test_a_second_demo_keeps_the_data_and_says_how_to_get_in(run, demo):
    code, output, _ = run("demo")
    assert code == 0
    assert "Login: inga\nTo set a new password: seatkeeper admin password inga\n" in output
    assert PASSWORD not in output


def test_a_password_is_made_up_if_none_is_set(run, monkeypatch):
    monkeypatch.delenv("SEATKEEPER_ADMIN_PASSWORD")
    _, output, _ = run("demo", "--trial", "--issuer", "elsewhere")
    assert len(output.rsplit("Password: ")[1].strip()) == 16
    assert Path("elsewhere/purchase.lic").exists()


def test_a_real_installation_from_nothing_to_licenses(run):
    assert run("installation", "create", "--owner", "Fjordlys Handel AS", "--serial", "1204417838")[0] == 0
    assert run("issuer", "keygen", "--vendor", "superoffice", "-o", "keys")[0] == 0
    trusted = run(
        "vendor", "trust", "keys/superoffice.public.jwk", "--vendor", "superoffice", "--name", "SuperOffice AS"
    )
    assert trusted[0] == 0
    assert trusted[1].endswith("to sign for SuperOffice AS, the main vendor.\n")
    assert run("admin", "create", "inga", "--name", "Inga Solheim")[1] == (
        "Inga Solheim is an administrator and logs in as inga.\n"
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

    assert answer(run("licenses", "--json")) == [
        {
            "key": "superoffice.ten-sales",
            "name": "Sales Premium",
            "scope": "USER",
            "inUse": 0,
            "total": 5,
            "available": 5,
        }
    ]
    assert run("doctor")[:2] == (0, "All is well.\n")


def test_licenses_for_people(run, demo):
    code, output, _ = run("licenses")
    assert code == 0
    lines = [line.split() for line in output.splitlines()]
    assert lines[1] == ["superoffice.ten-sales", "Sales", "Premium", "USER", "21", "21", "0"]
    assert lines[5] == ["superoffice.visible-for", "Confidential", "activities", "USER", "4", "unlimited"]


def test_pending_changes_for_people_and_programs(run, demo):
    code, output, _ = run("pending")
    assert code == 0
    assert output.startswith("Change set 3, blocked by surplus:\n")
    [change_set] = answer(run("pending", "--json"))
    assert change_set["status"] == "BLOCKED_BY_SURPLUS"
    assert [change["surplus"] for change in change_set["changes"]] == [3, 0, 0, 0]


def test_a_preview_keeps_nothing(run, demo):
    assert run("import", "demo-issuer/growth.lic", "--mode", "preview")[1].startswith("It would be a change set")
    assert answer(run("pending", "--json"))[0]["id"] == 3


def test_a_refused_file_exits_with_1_and_says_why(run, demo):
    code, output, complaints = run("import", "demo-issuer/tampered.lic")
    assert (code, output) == (1, "")
    assert complaints.startswith("SIGNATURE_INVALID: The license file was altered after it was signed")


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
    code, output, complaints = run(*arguments)
    assert (code, output) == (2, "")
    assert complaints.startswith("usage: seatkeeper")


def test_without_an_installation_commands_say_how_to_make_one(run):
    code, _, complaints = run("licenses")
    assert code == 1
    assert complaints == "INVALID: There is no installation yet. Make one with `seatkeeper installation create`.\n"


def test_where_there_are_several_installations_one_is_named(run, demo):
    run("installation", "create", "--owner", "Annen Bedrift AS", "--serial", "2000000006")

    assert run("licenses")[2] == "INVALID: There are several installations. Say which by `--installation SERIAL`.\n"
    assert len(answer(run("licenses", "--json", "--installation", "1204417838"))) == 12
    assert answer(run("licenses", "--json", "--installation", "2000000006")) == []
    assert run("licenses", "--installation", "3000000000")[0] == 1


def test_vendors_are_listed_and_their_policy_set(run, demo):
    assert run("vendor", "policy", "nordsync", "review-reductions")[0] == 0
    vendors = answer(run("vendor", "list", "--json"))
    assert [(vendor["key"], vendor["activationPolicy"]) for vendor in vendors] == [
        ("superoffice", "AUTOMATIC"),
        ("nordsync", "REVIEW_REDUCTIONS"),
    ]
    assert run("vendor", "policy", "no-such-vendor", "manual")[2].startswith(
        "NOT_FOUND: There is no vendor no-such-vendor."
    )


def test_a_vendor_in_use_is_not_removed(run, demo):
    code, _, complaints = run("vendor", "remove", "nordsync")
    assert code == 1
    assert complaints.startswith("INVALID: Some users hold licenses of NordSync AS: NordSync Connector.")


def test_a_distrusted_key_signs_no_more(run, demo):
    kid = parse_public_jwk(Path("demo-issuer/superoffice.public.jwk").read_bytes()).kid
    assert run("vendor", "distrust", kid)[0] == 0
    assert run("import", "demo-issuer/growth.lic")[2].startswith("SIGNING_KEY_UNKNOWN")
    assert run("doctor")[0] == 0


def test_a_thumbprint_may_begin_with_a_hyphen(run, demo):
    keys = (public_jwk(generate()) for _ in count())
    key = next(key for key in keys if thumbprint(key).startswith("-"))
    Path("second.jwk").write_text(json.dumps(key))
    assert run("vendor", "trust", "second.jwk", "--vendor", "superoffice", "--name", "SuperOffice AS")[0] == 0
    code, output, _ = run("vendor", "distrust", thumbprint(key), "--installation", "1204417838")
    assert code == 0
    assert output.startswith(f"Trusts the key {thumbprint(key)} no more.")


def test_a_token_is_printed_alone_listed_and_revoked(run, demo):
    code, secret, complaints = run(
        "token", "create", "ERP", "--scope", "users-read", "LICENSES_READ", "--vendor", "nordsync"
    )
    assert (code, complaints) == (0, "")
    assert secret.startswith("skp_1_")
    assert len(secret.splitlines()) == 1
    [token] = answer(run("token", "list", "--json"))
    assert (token["name"], token["scopes"]) == ("ERP", ["LICENSES_READ", "USERS_READ"])

    assert run("token", "revoke", "1")[0] == 0
    assert answer(run("token", "list", "--json")) == []
    assert run("token", "revoke", "2")[0] == 1


def test_a_token_may_do_all(run, demo):
    run("token", "create", "ERP", "--scope", "all")
    [token] = answer(run("token", "list", "--json"))
    assert len(token["scopes"]) == 7


def test_a_password_is_read_from_the_input(run, demo, monkeypatch):
    monkeypatch.delenv("SEATKEEPER_ADMIN_PASSWORD")
    monkeypatch.setattr("sys.stdin", io.StringIO("another horse battery\n"))
    assert run("admin", "password", "INGA")[:2] == (0, "Inga Solheim has a new password, and must log in again.\n")

    monkeypatch.setattr("sys.stdin", io.StringIO("too short\n"))
    code, _, complaints = run("admin", "password", "inga")
    assert (code, complaints) == (1, "INVALID: A password has 12 to 128 characters. Choose another.\n")


def test_users_are_imported_and_bad_lines_told(run, demo):
    Path("users.csv").write_text("login,name,kind\nkari2,Kari To,employee\nola2,Ola To,robot\ninga,Inga Solheim,\n")

    code, output, complaints = run("users", "import", "users.csv")

    assert code == 1
    assert output == "1 users added, 0 changed, 1 unchanged, 1 refused.\n"
    assert complaints.splitlines()[0].startswith("Line 3: `kind` is “robot”")
    assert complaints.splitlines()[1].startswith("USERS_REFUSED: ")


def test_an_import_of_users_answers_a_program(run, demo):
    Path("users.csv").write_bytes("login;name\nase;Åse Lunde\n".encode("utf-8-sig"))
    assert answer(run("users", "import", "users.csv", "--json")) == {
        "added": 0,
        "changed": 0,
        "unchanged": 1,
        "refused": [],
    }


def test_a_file_that_is_no_export_is_refused(run, demo):
    Path("users.csv").write_text("kari\n")
    code, _, complaints = run("users", "import", "users.csv")
    assert (code, complaints.startswith("INVALID: The first line names columns")) == (1, True)


def test_keys_are_not_written_over(run):
    run("issuer", "keygen", "--vendor", "superoffice")
    code, _, complaints = run("issuer", "keygen", "--vendor", "superoffice")
    assert code == 1
    assert complaints.startswith("FILE_EXISTS: superoffice.private.jwk is there already.")


def test_a_signed_file_goes_to_the_output(run):
    run("issuer", "keygen", "--vendor", "superoffice")
    Path("claims.json").write_text("{}")
    code, _, complaints = run("issuer", "sign", "claims.json", "--key", "superoffice.private.jwk")
    assert code == 1
    assert complaints.startswith("FILE_INVALID: The license file cannot be used: ")


def test_a_keygen_file_is_written_and_imported_with_its_license_key(run, demo):
    run("issuer", "keygen", "--vendor", "acme")
    public = json.loads(Path("acme.public.jwk").read_text())
    in_hex = urlsafe_b64decode(public["x"] + "=").hex()
    assert run("vendor", "trust", in_hex, "--vendor", "acme", "--name", "Acme Inc.")[0] == 0
    Path("claims.json").write_text(
        json.dumps(documents.claims(iss="acme", licenses=[documents.grant("sync", total=3)]))
    )
    sign = ("issuer", "sign", "claims.json", "--key", "acme.private.jwk", "--license-key", "AB12", "-o", "acme.lic")

    assert run(*sign)[2].startswith("INVALID: Only a Keygen file is encrypted.")
    assert run(*sign, "--format", "keygen")[0] == 0
    assert run("import", "acme.lic")[2].startswith("LICENSE_KEY_INVALID: The license file is encrypted.")
    assert "acme.sync" in run("import", "acme.lic", "--license-key", "AB12")[1]
    assert run("doctor")[:2] == (0, "All is well.\n")


def test_an_outdated_database_is_refused_with_what_mends_it(run, monkeypatch, tmp_path):
    monkeypatch.setenv("SEATKEEPER_DATABASE_URL", f"sqlite://{tmp_path / 'new.db'}")
    outdated = "DATABASE_OUTDATED: The database is not up to date. Run `seatkeeper migrate`.\n"
    assert run("licenses") == (1, "", outdated)
    assert run("serve") == (1, "", outdated)

    assert run("migrate")[:2] == (0, "The database is up to date now.\n")
    assert run("migrate")[:2] == (0, "The database is up to date.\n")


def test_several_processes_are_not_for_sqlite(run, monkeypatch, tmp_path):
    monkeypatch.setenv("SEATKEEPER_DATABASE_URL", f"sqlite://{tmp_path / 'new.db'}")
    code, _, complaints = run("serve", "--workers", "2")
    assert (code, complaints.startswith("WORKERS_ON_SQLITE: SQLite serves one process.")) == (1, True)


def test_a_setting_that_will_not_do_is_named(run, monkeypatch):
    monkeypatch.setenv("SEATKEEPER_DATABASE_URL", "mysql://somewhere")
    code, _, complaints = run("licenses")
    assert (code, complaints.startswith("SETTING_INVALID: SEATKEEPER_DATABASE_URL will not do")) == (1, True)


def test_a_database_out_of_reach_is_no_traceback(run, monkeypatch):
    monkeypatch.setenv("SEATKEEPER_DATABASE_URL", "postgres://postgres@127.0.0.1:1/seatkeeper")
    code, _, complaints = run("licenses")
    assert (code, complaints.startswith("UNAVAILABLE: ")) == (1, True)


def test_the_schema_is_printed(run):
    code, output, _ = run("schema")
    assert code == 0
    assert "activateLicenses(" in output


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_schema_is_printed_for_tools_too(run):
    code, output, _ = run("schema", "--json")
    assert code == 0
    for_tools, printed = build_client_schema(json.loads(output)), build_schema(print_sdl())
    assert print_schema(lexicographic_sort_schema(for_tools)) == print_schema(lexicographic_sort_schema(printed))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_copy_is_made_once_and_never_over_another_file(run, demo):
    assert run("backup", "copy.db")[:2] == (0, "Copied to copy.db.\n")
    assert run("backup", "copy.db")[2].startswith("FILE_EXISTS")


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_postgres_is_copied_by_its_own_programs(run, demo):
    code, _, complaints = run("backup", "copy.db")
    assert code == 1
    assert complaints.startswith("NOT_SQLITE") and "pg_dump" in complaints


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_command_ends_by_itself(run, demo):
    # A connection that is left open would keep the process alive.
    command = [sys.executable, "-m", "server.cli", "doctor"]
    done = subprocess.run(command, env=_environment(), capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout) == (0, "All is well.\n")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_reader_who_has_seen_enough_is_no_error(run, demo):
    command = f"{sys.executable} -m server.cli pending --json | head -n 1"
    done = subprocess.run(
        command, shell=True, env=_environment(), capture_output=True, text=True, timeout=30, check=True
    )
    assert (done.stdout, done.stderr) == ("[\n", "")


def _environment():
    return {**os.environ, "PYTHONPATH": str(ROOT)}
