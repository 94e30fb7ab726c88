"""How providers look in charts: always the same, and no two alike."""

import re
from collections.abc import Sequence
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.reports.report_series import MOST_SERIES
from domain.providers import CANONICAL_PROVIDERS
from entrypoints.http.pages.provider_looks import FIXED, PATTERNS, Look, look_of, looks_of
from entrypoints.http.pages.series_colours import COLOURS
from tests.unit.entrypoints.http.pages.test_series_colours import TOKENS

HOUSES = [f"house-{number}" for number in range(500)]


def sharing_a_look() -> Sequence[str]:
    """Two names that happen to have the same."""
    by_look: dict[Look, str] = {}
    for name in HOUSES:
        if (other := by_look.setdefault(look_of(name), name)) != name:
            return other, name
    raise AssertionError("500 names share 32 looks")


def test_every_known_provider_has_a_look_of_its_own() -> None:
    assert set(FIXED) == CANONICAL_PROVIDERS
    assert len(set(FIXED.values())) == len(FIXED)
    assert {look.colour for look in FIXED.values()} == {str(n + 1) for n in range(COLOURS)}


@given(st.lists(st.sampled_from(sorted(FIXED)) | st.text(), unique=True, max_size=MOST_SERIES))
def test_a_known_provider_keeps_its_look_beside_any_others(names: list[str]) -> None:
    found = dict(zip(names, looks_of(names), strict=True))
    assert all(found[name] == FIXED[name] for name in names if name in FIXED)
    assert len(set(found.values())) == len(names)


@given(st.text())
def test_nobody_else_has_the_look_of_a_known_provider(name: str) -> None:
    assert (look_of(name) in FIXED.values()) is (name in FIXED)


def test_the_look_of_another_provider_follows_from_its_name_alone() -> None:
    assert [look_of(name) for name in ("acme", "our-gateway")] == [
        Look("1", "bricks"),
        Look("4", "rings"),
    ]
    assert {look_of(name).colour for name in HOUSES} == {str(n + 1) for n in range(COLOURS)}


def test_of_two_that_share_a_look_always_the_same_one_gives_way_and_keeps_its_colour() -> None:
    first, second = sharing_a_look()
    found = [
        dict(zip(names, looks_of(names), strict=True))
        for names in permutations((second, "openai", first))
    ]
    assert all(each == found[0] for each in found)
    assert found[0][first] == look_of(first)
    assert found[0][second].colour == look_of(second).colour
    assert found[0][second].pattern != look_of(second).pattern


def test_each_pattern_is_drawn_in_its_own_way() -> None:
    assert len(set(PATTERNS.values())) == len(PATTERNS)
    assert {look.pattern for look in FIXED.values()} - {""} <= set(PATTERNS)
    assert {look_of(name).pattern for name in HOUSES} <= set(PATTERNS)


@pytest.mark.parametrize(
    ("file", "surface"),
    [
        ("static/css/charts.css", "var(--surface)"),
        ("templates/dashboard/chart.svg", '{{ light["surface"] }}'),
    ],
)
def test_patterns_are_drawn_in_what_every_colour_stands_out_from(file: str, surface: str) -> None:
    """The card's colour: test_series_colours.py holds each colour to 3:1 against it."""
    text = (TOKENS.parents[2] / file).read_text()
    found = re.search(r"\.look-lines {.*?stroke: (.*?);", text, re.DOTALL)
    assert found is not None
    assert found[1] == surface
