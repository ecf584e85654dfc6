"""The claims of a license document as a JSON Schema, for vendors who sign with tools of their own.

`python -m server.document_schema > docs/license-document.schema.json` writes it.
"""

import json
import sys

import msgspec

from licensing.documents.claims import Claims

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def document_schema() -> str:
    """The schema as text."""
    schema = {"$schema": DIALECT, **msgspec.json.schema(Claims)}
    # JSON Schema's regular expressions are ECMAScript's, which knows the ends of a text by other names.
    return json.dumps(schema, indent=2).replace(r"\\A", "^").replace(r"\\Z", "$") + "\n"


if __name__ == "__main__":
    sys.stdout.write(document_schema())
