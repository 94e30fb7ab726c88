"""The errors the business knows."""

import pytest

from domain.errors import (
    Conflict,
    Fault,
    Forbidden,
    Invalid,
    NotFound,
    TooManyRequests,
    TrueComputeError,
    Unauthenticated,
    Unavailable,
    Undeliverable,
)


@pytest.mark.parametrize(
    ("parent", "code"),
    [
        (NotFound, "not_found"),
        (Conflict, "conflict"),
        (Forbidden, "forbidden"),
        (Unauthenticated, "unauthenticated"),
        (Unavailable, "unavailable"),
        (Undeliverable, "undeliverable"),
        (Invalid, "invalid"),
    ],
)
def test_a_parent_has_a_code_of_its_own_until_a_case_names_a_better_one(
    parent: type[TrueComputeError], code: str
) -> None:
    assert parent("why").code == code
    assert parent("why", code="special").code == "special"
    assert parent("why").detail == str(parent("why")) == "why"


def test_waiting_is_said_in_seconds() -> None:
    error = TooManyRequests("later", retry_after_s=7)
    assert (error.code, error.retry_after_s) == ("too_many_requests", 7)


def test_an_error_at_a_place_has_that_fault_and_its_detail() -> None:
    error = Invalid.at("/name", "must not be empty", code="text_too_short")
    assert error.faults == (Fault("/name", "must not be empty"),)
    assert error.first_fault == error.faults[0]
    assert (error.detail, error.code) == ("must not be empty", "text_too_short")


def test_the_first_of_several_faults_comes_first() -> None:
    faults = (Fault("/a", "first"), Fault("/b", "second"))
    assert Invalid("two things", faults=faults).first_fault == faults[0]


def test_an_error_without_a_place_points_at_the_whole() -> None:
    assert Invalid("all of it").first_fault == Fault("", "all of it")
