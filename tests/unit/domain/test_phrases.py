"""Sentences that know what they were made of."""

import copy

from domain.errors import Invalid
from domain.phrases import Phrase


def test_a_phrase_is_the_text_that_it_makes_and_keeps_its_pattern() -> None:
    phrase = Phrase("must have at most %(most)s characters", most=100)
    assert phrase == "must have at most 100 characters"
    assert phrase.pattern == "must have at most %(most)s characters"
    assert phrase.values == {"most": 100}


def test_what_people_wrote_is_no_pattern() -> None:
    assert Phrase("%(email)s is a member already.", email="100%s@x.org") == (
        "100%s@x.org is a member already."
    )


def test_an_error_hands_the_phrase_on() -> None:
    error = Invalid.at("/name", Phrase("must have at most %(most)s characters", most=3))
    assert isinstance(error.faults[0].detail, Phrase)


def test_for_whoever_wants_plain_text_it_is_plain_text() -> None:
    assert type(str(Phrase("%(a)s", a=1))) is str
    assert copy.copy(Phrase("%(a)s", a=1)) == "1"
