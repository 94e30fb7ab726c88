"""Patterns of a price book: no name may make one slow."""

import json
import re
import time

import pytest

from adapters.pricing.book import BOOK
from adapters.pricing.patterns import safe_pattern


def patterns_of_the_bundled_book() -> set[str]:
    return {json.loads(f'"{each}"') for each in re.findall(r'"regex":"([^"]+)"', BOOK.read_text())}


def test_the_bundled_book_keeps_the_rules() -> None:
    assert len(patterns_of_the_bundled_book()) > 20
    for pattern in patterns_of_the_bundled_book():
        assert safe_pattern(pattern) == pattern


@pytest.mark.parametrize(
    "pattern",
    [r"^gpt-\d+$", r"a|b", r"^m(?:-\d{8})?$", r"^(?!.*-tts(?:$|-))", r"[*+]{2}[(]?", r"\)\*"],
)
def test_what_a_book_needs_is_allowed(pattern: str) -> None:
    assert safe_pattern(pattern) == pattern


@pytest.mark.parametrize(
    "pattern",
    [
        "^(a+)+$",
        "(?:a|aa){1,60}$",
        "(a*)*",
        "a*a*a*a*b",
        ".*.*=.*",
        "a?" * 30 + "a" * 30,
        "(a|aa)" * 25 + "b",
        "(?:a{2,}){9}",
        "a" * 201,
        "(?#[)(a+)+$(?#])",
        "(?x)(a+ #]\n)+$",
        "(?i)a",
        "(?<=a+)b",
        r"(a)\1\1\1",
        "(?P<n>a)(?P=n)",
        "(?>a|b)",
    ],
)
def test_what_a_name_could_make_slow_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        safe_pattern(pattern)


@pytest.mark.parametrize("pattern", ["^a?a?a?a?a?aaaaab$", "(a|aa)(a|aa)(a|aa)(a|aa)(a|aa).*b$"])
def test_the_worst_that_is_allowed_is_quick(pattern: str) -> None:
    begun = time.process_time()
    assert re.search(safe_pattern(pattern), "a" * 256) is None
    assert time.process_time() - begun < 1
