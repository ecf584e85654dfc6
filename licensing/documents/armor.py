"""ASCII armor for license files, which lets them survive email and copy and paste.

Each kind of armor has one canonical form. Carriage returns, trailing blanks and outer blank lines are dropped, since
mail programs add and remove them. The rest must equal its own re-wrapping, so that a document has a single text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from licensing.documents.errors import FileInvalid, FileTooLarge
from licensing.messages import Message

MAX_BYTES = 256 * 1024


@dataclass(frozen=True)
class Armor:
    """A kind of armor.

    Attributes:
        label: The label in the first and last line.
        width: The number of characters per line.
        body: The pattern of the body, with its lines joined.
    """

    label: str
    width: int
    body: re.Pattern[str]

    @property
    def begin(self) -> str:
        """The first line."""
        return f"-----BEGIN {self.label}-----"

    @property
    def end(self) -> str:
        """The last line."""
        return f"-----END {self.label}-----"

    def matches(self, data: bytes) -> bool:
        """Return whether a file begins like this kind of armor."""
        return data.lstrip().startswith(self.begin.encode())

    def wrap(self, body: str) -> str:
        """Return the text of a file with this body."""
        lines = [body[start : start + self.width] for start in range(0, len(body), self.width)]
        return "\n".join([self.begin, *lines, self.end, ""])

    def unwrap(self, data: bytes) -> str:
        """Return the body of a file.

        Raises:
            FileTooLarge: The file is larger than `MAX_BYTES`.
            FileInvalid: The file is not armored in this way.
        """
        if len(data) > MAX_BYTES:
            raise FileTooLarge
        try:
            text = data.decode("ascii")
        except UnicodeDecodeError:
            raise FileInvalid(reason=Message("it contains characters that license files do not have")) from None
        lines = [line.rstrip(" \t") for line in text.replace("\r", "").split("\n")]
        text = "\n".join(lines).strip("\n") + "\n"
        body = text.removeprefix(self.begin).removesuffix(self.end + "\n").replace("\n", "")
        if self.wrap(body) != text:
            raise FileInvalid(
                reason=Message(
                    "it is not the text from {begin} to {end}, whole and in lines of {width} characters",
                    begin=self.begin,
                    end=self.end,
                    width=self.width,
                )
            )
        if not self.body.fullmatch(body):
            raise FileInvalid(reason=Message("its content is not a signed document"))
        return body


# RFC 7515, section 7.1: three parts in base64url without padding.
SIGNED_LICENSE = Armor("SIGNED LICENSE", 64, re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+"))
# Base64 in lines as Ruby wraps them.
LICENSE_FILE = Armor("LICENSE FILE", 60, re.compile(r"[A-Za-z0-9+/]+={0,2}"))
