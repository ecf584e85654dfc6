"""ASCII armour around a signed license: what makes a file that survives mail and paste.

Each kind of armour has one form. Carriage returns, trailing blanks and outer blank lines come and go on the way and are
dropped; then the text must equal its own re-wrapping, so no two files that differ hold the same document.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from licensing.errors import FileInvalid, FileTooLarge
from licensing.messages import Message

MAX_BYTES = 256 * 1024


@dataclass(frozen=True)
class Armor:
    """One kind of armour.

    Attributes:
        label: What its first and last line say.
        width: Characters in a line.
        body: What it holds, once the lines are joined.
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

    def is_around(self, data: bytes) -> bool:
        """Whether a file looks like this kind."""
        return data.lstrip().startswith(self.begin.encode())

    def wrap(self, body: str) -> str:
        """The text of the file that carries it."""
        lines = [body[start : start + self.width] for start in range(0, len(body), self.width)]
        return "\n".join([self.begin, *lines, self.end, ""])

    def unwrap(self, data: bytes) -> str:
        """What a file carries.

        Raises:
            FileTooLarge: The file is larger than `MAX_BYTES`.
            FileInvalid: The file is no armoured license of this kind.
        """
        if len(data) > MAX_BYTES:
            raise FileTooLarge
        try:
            text = data.decode("ascii")
        except UnicodeDecodeError:
            raise FileInvalid(reason=Message("it holds characters that no license file has")) from None
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
            raise FileInvalid(reason=Message("what it holds is not a signed document"))
        return body


# RFC 7515, section 7.1: three parts in base64url without padding.
SIGNED_LICENSE = Armor("SIGNED LICENSE", 64, re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+"))
# Lines of base64 as Ruby writes them.
LICENSE_FILE = Armor("LICENSE FILE", 60, re.compile(r"[A-Za-z0-9+/]+={0,2}"))
