"""Passwords without any protection, for unit tests."""

import pytest

from adapters.memory.passwords import PlainPasswords

LONG = "x" * 1_023


def test_a_password_matches_its_own_hash() -> None:
    passwords = PlainPasswords()
    assert passwords.matches("correct horse", passwords.hash("correct horse"))


@pytest.mark.parametrize("other", ["", "Correct horse", "correct horse ", "plain:correct horse"])
def test_no_other_password_matches(other: str) -> None:
    passwords = PlainPasswords()
    assert not passwords.matches(other, passwords.hash("correct horse"))


def test_every_character_of_a_long_password_counts() -> None:
    passwords = PlainPasswords()
    assert not passwords.matches(f"{LONG}a", passwords.hash(f"{LONG}b"))


def test_nobody_has_no_password() -> None:
    assert not PlainPasswords().matches("", None)


def test_common_passwords_are_known_in_any_case() -> None:
    passwords = PlainPasswords(common=frozenset({"letmeinplease"}))
    assert passwords.is_common("LetMeInPlease")
    assert not passwords.is_common("correct horse")
