"""A key that a program presents, and how its secret is written."""

import re
import zlib
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.api_key import BASE62, is_well_formed, secret_from
from tests.builders import NOW, an_api_key, an_organization

KEY = an_api_key(an_organization(), secret_hash=b"secret-hash")
bodies = st.text(BASE62, min_size=30, max_size=30)


@given(bodies)
def test_a_secret_is_the_prefix_the_body_and_six_characters_of_checksum(body: str) -> None:
    secret = secret_from(body)
    assert re.fullmatch(rf"tc_live_{body}[0-9A-Za-z]{{6}}", secret)
    assert is_well_formed(secret)


@given(bodies)
def test_the_checksum_is_the_crc_32_of_the_body_in_base62(body: str) -> None:
    number = 0
    for digit in secret_from(body)[-6:]:
        number = number * 62 + BASE62.index(digit)
    assert number == zlib.crc32(body.encode())


@given(bodies, st.integers(0, 43), st.sampled_from(BASE62 + "_-. "))
def test_one_changed_character_is_noticed(body: str, place: int, character: str) -> None:
    secret = secret_from(body)
    assume(secret[place] != character)
    assert not is_well_formed(secret[:place] + character + secret[place + 1 :])


@given(bodies, st.integers(8, 42))
def test_two_neighbours_exchanged_are_noticed(body: str, place: int) -> None:
    secret = secret_from(body)
    assume(secret[place] != secret[place + 1])
    exchanged = secret[:place] + secret[place + 1] + secret[place] + secret[place + 2 :]
    assert not is_well_formed(exchanged)


@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=60))
def test_any_text_is_judged_without_an_error(text: str) -> None:
    assert not is_well_formed(text)
    assert not is_well_formed(f"tc_live_{text}")


@pytest.mark.parametrize("added", ["\n", " ", "\x00", "0", "\ud800"])
def test_nothing_may_stand_around_a_secret(added: str) -> None:
    secret = secret_from("a" * 30)
    assert not is_well_formed(secret + added)
    assert not is_well_formed(added + secret)


def test_digits_of_other_scripts_are_no_digits() -> None:
    assert not is_well_formed("tc_live_" + "\u0661" * 36)


def test_a_key_is_usable_until_it_expires() -> None:
    expiring = replace(KEY, expires_at=NOW)
    assert KEY.is_usable_at(NOW)
    assert expiring.is_usable_at(NOW - timedelta.resolution)
    assert not expiring.is_usable_at(NOW)


def test_a_revoked_key_is_not_usable_even_before_it_would_expire() -> None:
    revoked = replace(KEY, expires_at=NOW + timedelta(days=1)).revoked(NOW)
    assert not revoked.is_usable_at(NOW)
    assert not revoked.is_usable_at(NOW - timedelta(hours=1))


def test_revoking_again_keeps_the_first_time() -> None:
    assert KEY.revoked(NOW).revoked(NOW + timedelta(days=1)).revoked_at == NOW


def test_a_use_is_known_to_the_minute() -> None:
    used = replace(KEY, last_used_at=NOW)
    assert not KEY.used_recently(NOW)
    assert used.used_recently(NOW + timedelta(seconds=59))
    assert not used.used_recently(NOW + timedelta(seconds=60))


def test_a_key_in_a_log_does_not_show_its_hash() -> None:
    assert "secret-hash" not in repr(KEY)
