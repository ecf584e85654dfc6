"""License files have a canonical ASCII armor that survives email and copy and paste."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensing.documents.armor import MAX_BYTES, SIGNED_LICENSE
from licensing.documents.errors import FileInvalid, FileTooLarge

BEGIN, END = SIGNED_LICENSE.begin, SIGNED_LICENSE.end
wrap, unwrap = SIGNED_LICENSE.wrap, SIGNED_LICENSE.unwrap
COMPACT = "e" * 70 + "." + "p" * 80 + "." + "s" * 86
base64url = st.text("ABCxyz019-_", min_size=1, max_size=200)


def test_text_is_wrapped_at_64_characters():
    assert wrap("a" * 65) == f"{BEGIN}\n{'a' * 64}\na\n{END}\n"


@given(header=base64url, payload=base64url, signature=base64url)
def test_unwrap_reverses_wrap(header, payload, signature):
    compact = f"{header}.{payload}.{signature}"

    assert unwrap(wrap(compact).encode()) == compact


@pytest.mark.parametrize(
    "alter",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", " \t\n"),
        lambda text: f"\n \n{text}\n\r\n\t",
        lambda text: text.rstrip("\n"),
    ],
    ids=["Windows line ends", "trailing blanks", "outer blank lines", "no final line end"],
)
def test_email_and_paste_changes_are_undone(alter):
    assert unwrap(alter(wrap(COMPACT)).encode()) == COMPACT


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a.b.c",
        wrap("a.b"),
        wrap("a.b.c.d"),
        wrap("a..c"),
        wrap("a.b.c="),
        wrap("a.b.c/"),
        wrap(COMPACT).replace("eee\n", "ee\ne", 1),
        wrap(COMPACT).replace("ppp\n", "ppp\n\n", 1),
        wrap(COMPACT).replace("ppp\n", "ppp\n ", 1),
        wrap(COMPACT).replace(BEGIN, BEGIN.lower()),
        wrap(COMPACT).replace(END, ""),
        "Dear customer,\n" + wrap(COMPACT),
        wrap(COMPACT) * 2,
        "\ufeff" + wrap(COMPACT),
        wrap(COMPACT).replace("p", "\x0c", 1),
        BEGIN + END,
    ],
)
def test_noncanonical_armor_is_rejected(text):
    with pytest.raises(FileInvalid):
        unwrap(text.encode())


def test_file_size_is_limited_to_256_kib():
    with pytest.raises(FileInvalid):
        unwrap(b"x" * MAX_BYTES)
    with pytest.raises(FileTooLarge):
        unwrap(b"x" * (MAX_BYTES + 1))
