"""Tests of `export` and `revoke`."""

import csv
import json
from pathlib import Path

import pytest

from tests.server.commands.output import parse_json


def lines(path):
    with Path(path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path, rows):
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize("what", ["users", "assignments", "licenses", "audit", "surplus"])
def test_each_list_is_written_to_a_file(run, demo, what):
    code, output, errors = run("export", what, "-o", "list.csv")

    assert (code, output) == (0, "")
    written = lines("list.csv")
    assert len(written) > 0
    assert errors == f"{len(written):,} lines written to list.csv.\n"
    assert not Path("list.csv.part").exists()


def test_ndjson_is_written_to_standard_output(run, demo):
    code, output, errors = run("export", "licenses", "--format", "ndjson")

    assert (code, errors) == (0, "")
    assert "superoffice.ten-sales" in {json.loads(line)["key"] for line in output.splitlines()}


@pytest.mark.parametrize("arguments", [("export",), ("export", "passwords"), ("export", "users", "--format", "xlsx")])
def test_wrong_usage_exits_with_2(run, arguments):
    assert run(*arguments)[0] == 2


def test_surplus_export_is_previewed_and_revoked(run, demo):
    assert run("export", "surplus", "-o", "surplus.csv")[0] == 0
    marked = [line["login"] for line in lines("surplus.csv") if line["revoke"]]
    assert len(marked) == 3

    code, output, _ = run("revoke", "surplus.csv", "--preview")
    assert code == 0
    assert output.endswith("3 of 3 licenses would be revoked. Nothing was changed.\n")
    assert all(login in output for login in marked)
    assert len([line for line in parse_json(run("pending", "--json"))[0]["changes"] if line["surplus"]]) == 1

    assert run("revoke", "surplus.csv") == (0, "3 of 3 licenses revoked.\n", "")
    assert parse_json(run("pending", "--json"))[0]["canActivate"] is True
    assert run("revoke", "surplus.csv")[:2] == (0, "0 of 3 licenses revoked.\n")
    assert run("export", "surplus", "-o", "surplus.csv")[0] == 0
    assert lines("surplus.csv") == []


def test_list_may_have_semicolons_and_a_byte_order_mark(run, demo):
    run("export", "surplus", "-o", "surplus.csv")
    text = Path("surplus.csv").read_text(encoding="utf-8").replace(",", ";")
    Path("surplus.csv").write_text(text, encoding="utf-8-sig")

    assert run("revoke", "surplus.csv")[:2] == (0, "3 of 3 licenses revoked.\n")


def test_blocked_lines_are_reported_and_others_applied(run, demo):
    run("export", "surplus", "-o", "surplus.csv")
    rows = lines("surplus.csv")
    blocked = next(row for row in rows if row["blocker"])
    blocked["revoke"] = "yes"
    stranger = {**rows[0], "login": "unknown-user", "revoke": "x"}
    write("surplus.csv", [*rows, stranger])

    code, output, errors = run("revoke", "surplus.csv")

    assert (code, output) == (1, "3 of 5 licenses revoked.\n")
    assert f"was not revoked from {blocked['login']}: OPEN_REQUESTS." in errors
    assert f"Line {len(rows) + 2}: {stranger['license']} was not revoked from unknown-user: USER_NOT_FOUND." in errors


def test_revocations_are_printed_as_json(run, demo):
    run("export", "surplus", "-o", "surplus.csv")

    outcomes = parse_json(run("revoke", "surplus.csv", "--preview", "--json"))

    assert {line["outcome"] for line in outcomes} == {"REVOKED"}
    assert set(outcomes[0]) == {"line", "license", "login", "outcome", "blocker"}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("login,license\nkari,superoffice.ten-sales\n", "lacks the columns revoke"),
        ("revoke,license,login\nx,,kari\n", "Line 2 is marked, and names no license or no login"),
        ('revoke,license,login\nx,"superoffice.ten-sales"x,kari\n', "Line 2 is not CSV"),
        ("revoke,license,login\nx,superoffice.none,kari\n", "Line 2: there is no license superoffice.none"),
    ],
)
def test_invalid_list_changes_nothing(run, demo, text, complaint):
    Path("list.csv").write_text(text)

    code, output, errors = run("revoke", "list.csv")

    assert (code, output) == (1, "")
    assert complaint in errors
