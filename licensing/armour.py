"""ASCII armour around a signed license: what makes a file that survives mail and paste.

The armour has one form. Carriage returns, trailing blanks and outer blank lines come and go on the way and are
dropped; then the text must equal its own re-wrapping, so no two files that differ hold the same document.
"""

from __future__ import annotations

import re

from licensing.errors import FileInvalid, FileTooLarge
from licensing.wording import Words

MAX_BYTES = 256 * 1024
WIDTH = 64
BEGIN = "-----BEGIN SIGNED LICENSE-----"
END = "-----END SIGNED LICENSE-----"

# RFC 7515, section 7.1: three parts in base64url without padding.
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


def wrap(compact: str) -> str:
    """The text of the file that carries a compact JWS."""
    lines = [compact[start : start + WIDTH] for start in range(0, len(compact), WIDTH)]
    return "\n".join([BEGIN, *lines, END, ""])


def unwrap(data: bytes) -> str:
    """The compact JWS (RFC 7515) that a file carries.

    Raises:
        FileTooLarge: The file is larger than `MAX_BYTES`.
        FileInvalid: The file is no armoured license.
    """
    if len(data) > MAX_BYTES:
        raise FileTooLarge
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError:
        raise FileInvalid(reason=Words("it holds characters that no license file has")) from None
    lines = [line.rstrip(" \t") for line in text.replace("\r", "").split("\n")]
    text = "\n".join(lines).strip("\n") + "\n"
    compact = text.removeprefix(BEGIN).removesuffix(END + "\n").replace("\n", "")
    if wrap(compact) != text:
        raise FileInvalid(
            reason=Words(
                "it is not the text from {begin} to {end}, whole and in lines of {width} characters",
                begin=BEGIN,
                end=END,
                width=WIDTH,
            )
        )
    if not _COMPACT.fullmatch(compact):
        raise FileInvalid(reason=Words("what it holds is not a signed document"))
    return compact
