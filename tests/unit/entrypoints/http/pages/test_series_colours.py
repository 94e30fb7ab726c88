"""The chart's colours: fixed by name, and told apart by everybody."""

import math
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrypoints.http import pages
from entrypoints.http.pages.series_colours import COLOURS, colours_of

TOKENS = Path(pages.__file__).parents[1] / "static/css/tokens.css"
Linear = tuple[float, ...]

#: What protanopes, deuteranopes and tritanopes see, in linear RGB: Machado, Oliveira and
#: Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency" (2009).
EYES = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}  # fmt: skip


@given(st.lists(st.text(), unique=True, max_size=COLOURS))
def test_no_two_series_of_a_chart_share_a_colour(names: list[str]) -> None:
    found = colours_of(names)
    assert len(set(found)) == len(names)
    assert set(found) <= set(range(1, COLOURS + 1))
    assert colours_of(names[::-1]) == found[::-1], "whichever costs more"


def test_a_name_by_itself_has_the_same_colour_every_time() -> None:
    assert [colours_of([name]) for name in ("checkout", "search")] == [[7], [8]]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_every_colour_stands_out_from_the_card(theme: int) -> None:
    surface = _luminance(_linear(_token("surface", theme)))
    for name in (*map(str, range(1, COLOURS + 1)), "rest"):
        light, dark = sorted((surface, _luminance(_linear(_token(f"series-{name}", theme)))))
        assert (dark + 0.05) / (light + 0.05) >= 3, name


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_any_two_colours_are_told_apart_by_all_eyes(theme: int, eyes: str) -> None:
    """A distance of 0.1 in OKLab is five times what is just noticeable side by side."""
    seen = [
        _oklab(_seen(_linear(_token(f"series-{number}", theme)), eyes))
        for number in range(1, COLOURS + 1)
    ]
    pairs = [math.dist(a, b) for place, a in enumerate(seen) for b in seen[:place]]
    assert min(pairs) > 0.1


def _token(name: str, theme: int) -> str:
    found = re.search(rf"--{name}: light-dark\((#\w{{6}}), (#\w{{6}})\);", TOKENS.read_text())
    assert found is not None, name
    return found[theme + 1]


def _linear(colour: str) -> Linear:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return tuple(c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)


def _luminance(rgb: Linear) -> float:
    return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]


def _seen(rgb: Linear, eyes: str) -> Linear:
    return _times(EYES[eyes], rgb)


def _times(matrix: tuple[tuple[float, ...], ...], vector: Linear) -> Linear:
    return tuple(sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)


def _oklab(rgb: Linear) -> Linear:
    """https://bottosson.github.io/posts/oklab/"""
    cones = _times(
        (
            (0.4122214708, 0.5363325363, 0.0514459929),
            (0.2119034982, 0.6806995451, 0.1073969566),
            (0.0883024619, 0.2817188376, 0.6299787005),
        ),
        rgb,
    )
    return _times(
        (
            (0.2104542553, 0.7936177850, -0.0040720468),
            (1.9779984951, -2.4285922050, 0.4505937099),
            (0.0259040371, 0.7827717662, -0.8086757660),
        ),
        tuple(math.cbrt(max(cone, 0)) for cone in cones),
    )
