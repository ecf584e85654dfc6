"""The language in which a client is answered."""


def preferred_language(accept_language: str) -> str:
    """The language that a browser asks for first, such as `nb`; English if it asks for none."""
    best, best_weight = "en", 0.0
    for choice in accept_language.split(",")[:20]:
        tag, _, parameters = choice.partition(";")
        language = tag.strip().split("-")[0].casefold()
        try:
            weight = float(parameters.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if language.isalpha() and len(language) <= 3 and weight > best_weight:
            best, best_weight = language, weight
    return best
