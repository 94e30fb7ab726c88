"""Sign-in is throttled: by account and address, and by address."""

from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.contracts.concurrency import at_once
from tests.http_client import PASSWORD, application, new_email, problem_of, sign_up

WINDOW_S = 15 * 60
WRONG = "not the password"
_addresses = (f"203.0.{high}.{low}" for high in range(256) for low in range(1, 255))


@pytest.fixture
def address() -> str:
    """A network address of the test's own."""
    return next(_addresses)


@pytest.fixture
def email(app: Flask) -> str:
    """The address of a user."""
    return sign_up(app).email


def attempt(
    app: Flask, email: str, address: str, password: str = WRONG, **headers: Any
) -> TestResponse:
    return app.test_client().post(
        "/api/auth/login",
        json={"email": email, "password": password},
        environ_base={"REMOTE_ADDR": address},
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def statuses(answers: list[TestResponse]) -> list[int]:
    return [answer.status_code for answer in answers]


def test_the_eleventh_attempt_on_an_account_has_to_wait(
    app: Flask, email: str, address: str
) -> None:
    assert statuses([attempt(app, email, address) for _ in range(10)]) == [401] * 10
    answer = attempt(app, email, address)
    assert problem_of(answer, 429)["code"] == "too_many_attempts"
    assert 0 < int(answer.headers["Retry-After"]) <= WINDOW_S


def test_then_even_the_right_password_has_to_wait(app: Flask, email: str, address: str) -> None:
    for _ in range(10):
        attempt(app, email, address)
    answer = attempt(app, email, address, PASSWORD)
    assert problem_of(answer, 429)
    assert "Set-Cookie" not in answer.headers


def test_whoever_is_elsewhere_signs_in_all_the_same(app: Flask, email: str, address: str) -> None:
    for _ in range(12):
        attempt(app, email, address)
    assert attempt(app, email, next(_addresses), PASSWORD).status_code == 200


def test_another_account_is_not_throttled_from_there(app: Flask, email: str, address: str) -> None:
    for _ in range(12):
        attempt(app, email, address)
    assert attempt(app, sign_up(app).email, address, PASSWORD).status_code == 200


def test_the_case_of_an_address_makes_no_other_account(
    app: Flask, email: str, address: str
) -> None:
    for number in range(10):
        attempt(app, email.upper() if number % 2 else email, address)
    assert attempt(app, email.title(), address).status_code == 429


def test_signing_in_wipes_the_slate(app: Flask, email: str, address: str) -> None:
    for _ in range(3):
        assert statuses([attempt(app, email, address) for _ in range(9)]) == [401] * 9
        assert attempt(app, email, address, PASSWORD).status_code == 200


def test_an_unknown_account_is_throttled_like_a_known_one(app: Flask, address: str) -> None:
    email = new_email()
    assert statuses([attempt(app, email, address) for _ in range(11)]) == [401] * 10 + [429]


def test_the_hundred_and_first_attempt_from_an_address_has_to_wait(
    app: Flask, email: str, address: str
) -> None:
    spray = [attempt(app, new_email(), address) for _ in range(100)]
    assert statuses(spray) == [401] * 100
    assert problem_of(attempt(app, email, address, PASSWORD), 429)


def test_attempts_at_once_do_not_slip_past_the_count(app: Flask, email: str, address: str) -> None:
    answers = at_once(20, lambda _: attempt(app, email, address))
    assert sorted(statuses(answers)) == [401] * 10 + [429] * 10


def test_a_made_up_forwarded_address_changes_nothing(app: Flask, email: str, address: str) -> None:
    answers = [
        attempt(
            app,
            email,
            address,
            X_Forwarded_For=f"198.51.100.{number}",
            X_Real_IP=f"198.51.100.{number}",
            Forwarded=f"for=198.51.100.{number}",
        )
        for number in range(11)
    ]
    assert statuses(answers) == [401] * 10 + [429]


def test_behind_one_trusted_proxy_the_address_that_it_saw_counts(file_database_url: str) -> None:
    with application(file_database_url, trusted_proxies=1) as app:
        email, proxy = sign_up(app).email, next(_addresses)
        for number in range(11):
            # Whatever comes before the last address is of the sender's making.
            forwarded = f"198.51.100.{number}, 192.0.2.7"
            answer = attempt(app, email, proxy, X_Forwarded_For=forwarded)
        assert answer.status_code == 429
        elsewhere = attempt(app, email, proxy, PASSWORD, X_Forwarded_For="192.0.2.8")
        assert elsewhere.status_code == 200


@pytest.mark.parametrize(
    "forwarded", ["", "unknown", "' OR 1=1 --", "a" * 5000, "::1", "1.2.3.4\u00e9", ",,,"]
)
def test_a_strange_forwarded_address_breaks_nothing(file_database_url: str, forwarded: str) -> None:
    with application(file_database_url, trusted_proxies=1) as app:
        answer = attempt(app, new_email(), next(_addresses), X_Forwarded_For=forwarded)
    assert answer.status_code == 401
