"""Tables of figures as Markdown, which can be published in bench/README.md."""

from collections.abc import Sequence
from pathlib import Path

README = Path(__file__).parent / "README.md"


def table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table with aligned columns, all but the first aligned to the right."""
    widths = [max(map(len, column)) for column in zip(heading, *rows, strict=True)]
    rule = [f"{'-' * (width - 1)}{'-' if index == 0 else ':'}" for index, width in enumerate(widths)]
    return "\n".join(_line(row, widths) for row in (heading, rule, *rows))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    return "| " + " | ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]) + " |"


def figure(value: float) -> str:
    """Return a figure with three significant digits."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}" if value >= 1 else f"{value:.2f}"


def publish(name: str, text: str) -> None:
    """Replace a section of the README, from `<!-- name -->` to `<!-- /name -->`."""
    before, start, rest = README.read_text().partition(f"<!-- {name} -->\n")
    _, end, after = rest.partition(f"<!-- /{name} -->")
    README.write_text(f"{before}{start}{text}\n{end}{after}")
