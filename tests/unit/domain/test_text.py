"""What may stand in a text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Invalid
from domain.text import check_name, check_text, has_unstorable, pass_together

anything = st.text(st.characters(codec=None, exclude_categories=()), max_size=300)
HOSTILE = ["\x00", "a\x00b", "\ud800", "x\udfff", "\udc00\ud800"]


@given(anything)
def test_what_is_accepted_is_unchanged_and_can_be_stored(text: str) -> None:
    try:
        accepted = check_text(text, "/x")
    except Invalid:
        assert len(text) > 256 or has_unstorable(text)
        return
    assert accepted == text
    assert accepted.encode("utf-8").decode("utf-8") == text
    assert "\x00" not in accepted


@given(st.lists(anything | st.sampled_from(HOSTILE), max_size=4))
def test_texts_that_pass_together_pass_one_by_one(texts: list[str]) -> None:
    assert pass_together(texts) == (
        sum(map(len, texts)) <= 256 and not any(map(has_unstorable, texts))
    )
    if pass_together(texts):
        assert [check_text(text, "/x") for text in texts] == texts


@pytest.mark.parametrize("text", HOSTILE)
def test_nul_and_lone_surrogates_are_refused(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_text(text, "/user")
    assert refusal.value.code == "invalid_text"
    assert refusal.value.first_fault.pointer == "/user"


def test_other_planes_are_not_surrogates() -> None:
    assert check_text("\U0001f600", "/x") == "\U0001f600"


def test_lengths_are_counted_in_characters_at_the_edge() -> None:
    assert check_text("\U0001f600" * 256, "/x")
    with pytest.raises(Invalid) as refusal:
        check_text("a" * 257, "/x")
    assert refusal.value.code == "text_too_long"
    assert "256" in refusal.value.detail


def test_an_empty_text_is_refused_only_where_one_is_needed() -> None:
    assert check_text("", "/x") == ""
    with pytest.raises(Invalid) as refusal:
        check_text("", "/x", shortest=1)
    assert refusal.value.code == "text_too_short"


@given(anything)
def test_an_accepted_name_is_trimmed_composed_visible_and_short(text: str) -> None:
    try:
        name = check_name(text, "/name")
    except Invalid:
        return
    assert name == name.strip() == unicodedata.normalize("NFC", name)
    assert 1 <= len(name) <= 100
    assert any(unicodedata.category(character)[0] != "Z" for character in name)
    assert not any(unicodedata.category(character) in ("Cc", "Cs") for character in name)


def test_a_name_is_trimmed_and_composed() -> None:
    assert check_name("  Cafe\u0301 \u3000", "/name") == "Caf\u00e9"


def test_a_name_is_measured_after_it_was_composed() -> None:
    assert len(check_name("e\u0301" * 100, "/name")) == 100
    with pytest.raises(Invalid, match="100"):
        check_name("a" * 101, "/name")


@pytest.mark.parametrize(
    "text",
    ["", " ", "\u3000\n", "a\nb", "a\x1b[31mb", "a\u2028b", "\u200b", "\u202e \u200d", *HOSTILE],
)
def test_names_that_nobody_can_read_are_refused(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_name(text, "/name")
    assert refusal.value.first_fault.pointer == "/name"


@pytest.mark.parametrize(
    "text",
    ["x", "Ops", "日本", "O'Brien & Söhne", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "<b>"],
)
def test_names_that_people_have_are_kept(text: str) -> None:
    assert check_name(text, "/name") == text
