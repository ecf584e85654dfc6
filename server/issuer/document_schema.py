"""The claims of a license document as a JSON Schema, for vendors that sign with their own tools.

`python -m server.issuer.document_schema > docs/license-document.schema.json` writes it.
"""

import json
import sys

import msgspec

from licensing.documents.claims import JwsClaims

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def document_schema() -> str:
    """Return the JSON Schema as text."""
    schema = {"$schema": DIALECT, **msgspec.json.schema(JwsClaims)}
    # JSON Schema uses ECMAScript's regular expressions, which anchor with ^ and $ instead of \A and \Z.
    return json.dumps(schema, indent=2).replace(r"\\A", "^").replace(r"\\Z", "$") + "\n"


if __name__ == "__main__":
    sys.stdout.write(document_schema())
