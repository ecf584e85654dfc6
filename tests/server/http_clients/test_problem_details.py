from server.http_clients.problem_details import detail_of, sanitize_text


def test_detail_falls_back_to_the_title():
    assert detail_of(b'{"title": "Forbidden", "detail": "The agreement ended!"}') == "The agreement ended!"
    assert detail_of(b'{"title": "Forbidden", "detail": ""}') == "Forbidden."


def test_invalid_problem_document_has_no_detail():
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


def test_line_breaks_and_invisible_characters_are_removed():
    assert sanitize_text("Call\n us \u202e\x00now") == "Call us now."
    assert sanitize_text("\x00 \u200b") == ""
