"""Pictures of the figures, as SVG written by hand: lines over two logarithmic axes.

Readable on light and on dark: text and axes follow the reader's scheme, the lines' colours stand out on both, and each
line is named at its end, so that nothing hangs on colour alone. Knows nothing of what the numbers mean.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 860, 430
LEFT, RIGHT, TOP, BOTTOM = 62, 250, 46, 52
LINE = 15  # between two names at the right
COLOURS = ("#888888", "#b565a7", "#d07f2c", "#a3694a", "#4a8fd6", "#8aa62f", "#22a06b", "#14a3a8")
STYLE = """\
text { font: 12px system-ui, sans-serif; fill: #333 }
.title { font-size: 14px; font-weight: 600 }
.axis { stroke: #999; stroke-width: 1 }
.grid { stroke: #999; stroke-width: 1; opacity: 0.25 }
.limit { stroke: #d33; stroke-width: 1; stroke-dasharray: 5 4 }
@media (prefers-color-scheme: dark) { text { fill: #ddd } }"""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    colour: str
    points: Sequence[Point]
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Axis:
    """A logarithmic axis: its label, and the values that are marked; the first and the last are its ends."""

    label: str
    ticks: Sequence[float]

    def share(self, value: float) -> float:
        """Where a value lies, from 0 to 1; what is beyond an end lies on it."""
        low, high = math.log(self.ticks[0]), math.log(self.ticks[-1])
        return min(1.0, max(0.0, (math.log(max(value, 1e-9)) - low) / (high - low)))


def lines(title: str, drawn: Sequence[Line], *, x: Axis, y: Axis, limit: float | None = None) -> str:
    """One picture."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{escape(title)}</title>",
        f"<style>{STYLE}</style>",
        f'<text class="title" x="{LEFT}" y="22">{escape(title)}</text>',
        *axes(x, y),
        *([level(y, limit)] if limit is not None else []),
        *(draw(line, x, y) for line in drawn),
        *names(drawn, x, y),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def across(x: Axis, value: float) -> float:
    return LEFT + x.share(value) * (WIDTH - LEFT - RIGHT)


def up(y: Axis, value: float) -> float:
    return HEIGHT - BOTTOM - y.share(value) * (HEIGHT - TOP - BOTTOM)


def axes(x: Axis, y: Axis) -> Iterator[str]:
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    for tick in y.ticks:
        at = up(y, tick)
        yield f'<line class="grid" x1="{LEFT}" x2="{right}" y1="{at:.1f}" y2="{at:.1f}"/>'
        yield f'<text x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{tick:,.9g}</text>'
    for tick in x.ticks:
        at = across(x, tick)
        yield f'<line class="axis" x1="{at:.1f}" x2="{at:.1f}" y1="{bottom}" y2="{bottom + 5}"/>'
        yield f'<text x="{at:.1f}" y="{bottom + 20}" text-anchor="middle">{tick:,.9g}</text>'
    yield f'<line class="axis" x1="{LEFT}" x2="{right}" y1="{bottom}" y2="{bottom}"/>'
    yield f'<text x="{(LEFT + right) / 2}" y="{HEIGHT - 10}" text-anchor="middle">{escape(x.label)}</text>'
    yield f'<text x="{LEFT - 8}" y="{TOP - 12}" text-anchor="end">{escape(y.label)}</text>'


def level(y: Axis, value: float) -> str:
    at = up(y, value)
    return f'<line class="limit" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}"/>'


def draw(line: Line, x: Axis, y: Axis) -> str:
    places = [(across(x, first), up(y, second)) for first, second in line.points]
    dashes = ' stroke-dasharray="2 4"' if line.dashed else ""
    path = " ".join(f"{a:.1f},{b:.1f}" for a, b in places)
    dots = "".join(f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3"/>' for a, b in places)
    return (
        f'<g fill="{line.colour}" stroke="{line.colour}">'
        f'<polyline points="{path}" fill="none" stroke-width="2"{dashes}/>{"" if line.dashed else dots}</g>'
    )


def names(drawn: Sequence[Line], x: Axis, y: Axis) -> Iterator[str]:
    """Each line's name beside its end, moved down as far as the one above it needs."""
    named = sorted((line for line in drawn if line.points and line.name), key=lambda line: up(y, line.points[-1][1]))
    below = 0.0
    for line in named:
        (last_x, last_y) = line.points[-1]
        at = max(up(y, last_y) + 4, below + LINE)
        below = at
        start = across(x, last_x) + 8
        beside = WIDTH - RIGHT + 10
        yield f'<path d="M{start:.1f} {up(y, last_y):.1f}L{beside - 4} {at - 4:.1f}" class="grid" fill="none"/>'
        yield f'<text x="{beside}" y="{at:.1f}" style="fill:{line.colour}">{escape(line.name)}</text>'
