"""The output of commands."""

import json


def parse_json(result):
    """Return the decoded output of a command that succeeded."""
    code, output, errors = result
    assert (code, errors) == (0, "")
    return json.loads(output)
