"""A license file is ASCII armour that survives mail and paste, and has one form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensing.documents.armor import MAX_BYTES, SIGNED_LICENSE
from licensing.errors import FileInvalid, FileTooLarge

BEGIN, END = SIGNED_LICENSE.begin, SIGNED_LICENSE.end
wrap, unwrap = SIGNED_LICENSE.wrap, SIGNED_LICENSE.unwrap
COMPACT = "e" * 70 + "." + "p" * 80 + "." + "s" * 86
base64url = st.text("ABCxyz019-_", min_size=1, max_size=200)


def test_the_text_is_wrapped_at_64_characters():
    assert wrap("a" * 65) == f"{BEGIN}\n{'a' * 64}\na\n{END}\n"


@given(header=base64url, payload=base64url, signature=base64url)
def test_what_was_wrapped_is_unwrapped(header, payload, signature):
    compact = f"{header}.{payload}.{signature}"

    assert unwrap(wrap(compact).encode()) == compact


@pytest.mark.parametrize(
    "on_its_way",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", " \t\n"),
        lambda text: f"\n \n{text}\n\r\n\t",
        lambda text: text.rstrip("\n"),
    ],
    ids=["windows line ends", "trailing blanks", "outer blank lines", "no last line end"],
)
def test_what_mail_and_paste_do_is_undone(on_its_way):
    assert unwrap(on_its_way(wrap(COMPACT)).encode()) == COMPACT


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
def test_any_other_form_is_refused(text):
    with pytest.raises(FileInvalid):
        unwrap(text.encode())


def test_a_file_may_have_256_kib_and_no_more():
    with pytest.raises(FileInvalid):
        unwrap(b"x" * MAX_BYTES)
    with pytest.raises(FileTooLarge):
        unwrap(b"x" * (MAX_BYTES + 1))
