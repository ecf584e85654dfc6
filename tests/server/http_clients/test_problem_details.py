from server.http_clients.problem_details import clean, detail_of


def test_a_problem_is_told_by_its_detail_or_else_its_title():
    assert detail_of(b'{"title": "Forbidden", "detail": "The agreement ended!"}') == "The agreement ended!"
    assert detail_of(b'{"title": "Forbidden", "detail": ""}') == "Forbidden."


def test_what_is_no_problem_document_says_nothing():
    for content in (
        b"",
        b"<h1>Not Found</h1>",
        b"[]",
        b"{}",
        b'{"detail": 7}',
        b'{"detail": "\\ud800"}',
        b"[" * 100_000,
    ):
        assert detail_of(content) is None


def test_words_are_shown_on_one_line_and_without_what_cannot_be_seen():
    assert clean("Call\n us \u202e\x00now") == "Call us now."
    assert clean("\x00 \u200b") == ""
