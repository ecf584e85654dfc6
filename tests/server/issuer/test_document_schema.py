import json
import re
from pathlib import Path

from licensing.documents.claims import parse_claims
from server.issuer.document_schema import document_schema

ROOT = Path(__file__).parents[3]


def test_documented_schema_is_up_to_date():
    assert (ROOT / "docs" / "license-document.schema.json").read_text() == document_schema(), (
        "Run `python -m server.issuer.document_schema > docs/license-document.schema.json`."
    )


def test_schema_uses_json_names_and_patterns():
    schema = json.loads(document_schema())

    properties = schema["$defs"]["LicenseGrant"]["properties"]
    assert "for" in properties and "kinds" not in properties
    assert properties["code"]["pattern"] == "^[a-z0-9][a-z0-9-]*$"
    assert r"\\A" not in document_schema() and r"\\Z" not in document_schema()


def test_documented_example_is_valid():
    text = (ROOT / "docs" / "vendors.md").read_text()
    [example] = re.findall(r"```json\n(.*?)```", text, re.DOTALL)

    claims = parse_claims(json.dumps({**json.loads(example), "iat": 1, "jti": "as signing adds them"}).encode())

    assert [license.code for license in claims.licenses] == ["connector", "connector-cal"]
