"""Secrets that are the same every time."""

import re

import pytest

from adapters.memory.secrets import SequentialSecrets
from domain.api_key import BODY_LENGTH, is_well_formed, secret_from


def test_a_token_has_the_form_of_256_bits_in_base64() -> None:
    assert re.fullmatch(r"[0-9A-Za-z_-]{43}", SequentialSecrets().token())


@pytest.mark.parametrize("length", [0, 1, BODY_LENGTH, 43, 100])
def test_base62_has_the_length_and_the_alphabet_that_were_asked_for(length: int) -> None:
    assert re.fullmatch(rf"[0-9A-Za-z]{{{length}}}", SequentialSecrets().base62(length))


def test_a_key_can_be_made_of_it() -> None:
    assert is_well_formed(secret_from(SequentialSecrets().base62(BODY_LENGTH)))


def test_no_two_are_alike_and_every_run_has_the_same() -> None:
    def some() -> list[str]:
        secrets = SequentialSecrets()
        return [secrets.token() for _ in range(50)] + [secrets.base62(30) for _ in range(50)]

    assert len(set(some())) == 100
    assert some() == some()
