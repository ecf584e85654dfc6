"""A log-log plot of cost against size as SVG, relative to the cost at the smallest size."""

import math
from collections.abc import Mapping, Sequence

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 860, 420, 60, 40, 300, 50
COLORS = ("#0b6e4f", "#c8553d", "#28536b", "#8f2d56", "#f0a202", "#5f0f40", "#3d5a80", "#606c38")


def plot(sizes: Sequence[int], lines: Mapping[str, Sequence[float]]) -> str:
    """Return the SVG with a line per name of its values by size."""
    ratios = {name: [value / values[0] for value in values] for name, values in lines.items()}
    top = math.ceil(math.log10(max(10, *(max(values) for values in ratios.values()))))
    bottom = math.floor(math.log10(min(min(values) for values in ratios.values())))
    first, last = math.log10(sizes[0]), math.log10(sizes[-1])

    def x(size: float) -> float:
        return LEFT + (math.log10(size) - first) / ((last - first) or 1) * (WIDTH - LEFT - RIGHT)

    def y(ratio: float) -> float:
        return TOP + (top - math.log10(ratio)) / (top - bottom) * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        'font-size="13">',
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="{LEFT}" y="22">Milliseconds, relative to {sizes[0]:,} users</text>',
    ]
    for power in range(bottom, top + 1):
        height = y(10.0**power)
        parts.append(f'<path d="M{LEFT} {height:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{height + 4:.1f}" text-anchor="end">{10.0**power:g}</text>')
    for size in sizes:
        parts.append(f'<text x="{x(size):.1f}" y="{HEIGHT - 20}" text-anchor="middle">{size:,}</text>')
    for index, (name, values) in enumerate(ratios.items()):
        color = COLORS[index % len(COLORS)]
        points = " ".join(f"{x(size):.1f},{y(value):.1f}" for size, value in zip(sizes, values, strict=True))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="2"/>')
        height = TOP + 10 + 22 * index
        parts.append(f'<path d="M{WIDTH - RIGHT + 24} {height - 4}h20" stroke="{color}" stroke-width="3"/>')
        parts.append(f'<text x="{WIDTH - RIGHT + 52}" y="{height}">{name}: {values[-1]:.1f}</text>')
    return "\n".join([*parts, "</svg>", ""])
