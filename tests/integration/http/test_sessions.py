"""Sessions: what the cookie is like, how they begin, and that they end on the server."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.http_client import (
    PASSWORD,
    Person,
    application,
    body_of,
    log_in,
    new_email,
    problem_of,
    sign_up,
)

ANOTHER_PASSWORD = "eleven blue kites in may"
THIRTY_DAYS = 30 * 24 * 3600


@pytest.fixture
def ada(app: Flask) -> Person:
    return sign_up(app)


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/api/auth/me").status_code == 200


def cookie_of(answer: TestResponse) -> tuple[str, dict[str, str]]:
    """The value of the one cookie that an answer sets, and its attributes."""
    (line,) = answer.headers.getlist("Set-Cookie")
    pair, *attributes = line.split("; ")
    name, _, value = pair.partition("=")
    assert name == "tc_session"
    split = (attribute.partition("=") for attribute in attributes)
    return value, {name: value for name, _, value in split}


def with_session(app: Flask, token: str) -> FlaskClient:
    client = app.test_client()
    client.set_cookie("tc_session", token)
    return client


def test_the_cookie_of_a_new_user_is_out_of_reach_of_scripts_and_other_sites(app: Flask) -> None:
    body = {"email": new_email(), "password": PASSWORD}
    _, attributes = cookie_of(app.test_client().post("/api/auth/signup", json=body))
    assert attributes.pop("Expires")
    assert attributes == {
        "HttpOnly": "",
        "SameSite": "Lax",
        "Path": "/",
        "Max-Age": str(THIRTY_DAYS),
    }


def test_the_cookie_of_a_sign_in_is_like_that_of_a_sign_up(app: Flask, ada: Person) -> None:
    body = {"email": ada.email, "password": PASSWORD}
    _, attributes = cookie_of(app.test_client().post("/api/auth/login", json=body))
    assert {"HttpOnly", "SameSite", "Path", "Max-Age", "Expires"} == set(attributes)


def test_every_cookie_insists_on_https_where_the_server_is_reached_by_it(
    file_database_url: str,
) -> None:
    with application(file_database_url, app_url="https://costs.example.com") as app:
        client = app.test_client()
        email = new_email()
        answers = [
            client.post(path, json={"email": email, "password": PASSWORD}, base_url="https://x")
            for path in ("/api/auth/signup", "/api/auth/login")
        ]
        answers.append(client.post("/api/auth/signout", base_url="https://x"))
    for answer in answers:
        _, attributes = cookie_of(answer)
        assert "Secure" in attributes
        assert "HttpOnly" in attributes
        assert "Domain" not in attributes
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_an_answer_with_a_cookie_is_stored_by_nobody(app: Flask) -> None:
    body = {"email": new_email(), "password": PASSWORD}
    answer = app.test_client().post("/api/auth/signup", json=body)
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_sign_in_begins_a_new_session_and_ends_the_one_before(app: Flask, ada: Person) -> None:
    before = ada.session
    answer = ada.client.post("/api/auth/login", json={"email": ada.email, "password": PASSWORD})
    assert answer.status_code == 200
    assert ada.session != before
    assert is_signed_in(ada.client)
    assert not is_signed_in(with_session(app, before))


def test_a_failed_sign_in_leaves_the_session_as_it_is(ada: Person) -> None:
    wrong = {"email": ada.email, "password": "wrong " + PASSWORD}
    answer = ada.client.post("/api/auth/login", json=wrong)
    assert problem_of(answer, 401)["code"] == "invalid_credentials"
    assert "Set-Cookie" not in answer.headers
    assert is_signed_in(ada.client)


@pytest.mark.parametrize("way", ["/api/auth/login", "/api/auth/signup"])
def test_a_planted_session_is_never_adopted(app: Flask, ada: Person, way: str) -> None:
    victim = with_session(app, "planted")
    email = ada.email if way.endswith("login") else new_email()
    answer = victim.post(way, json={"email": email, "password": PASSWORD})
    token, _ = cookie_of(answer)
    assert token != "planted"
    assert is_signed_in(victim)
    assert not is_signed_in(with_session(app, "planted"))


def test_a_session_in_the_address_or_in_a_header_is_none(app: Flask, ada: Person) -> None:
    client = app.test_client()
    me = "/api/auth/me"
    answers = [
        client.get(me, query_string={"tc_session": ada.session}),
        client.get(me, headers={"Authorization": f"Bearer {ada.session}"}),
        client.get(me, headers={"X-Session": ada.session, "tc_session": ada.session}),
    ]
    assert [problem_of(answer, 401)["code"] for answer in answers] == ["unauthenticated"] * 3


def test_signing_out_ends_the_session_on_the_server_too(app: Flask, ada: Person) -> None:
    token = ada.session
    answer = ada.client.post("/api/auth/signout")
    assert answer.status_code == 204
    assert answer.data == b""
    value, attributes = cookie_of(answer)
    assert value == ""
    assert attributes["Max-Age"] == "0"
    assert problem_of(with_session(app, token).get("/api/auth/me"), 401)


def test_signing_out_ends_no_other_session(app: Flask, ada: Person) -> None:
    other = log_in(app, ada.email)
    assert ada.client.post("/api/auth/signout").status_code == 204
    assert is_signed_in(other)


def test_a_new_password_ends_every_other_session(app: Flask, ada: Person) -> None:
    others = [log_in(app, ada.email) for _ in range(2)]
    bystander = sign_up(app)
    change = {"current_password": PASSWORD, "new_password": ANOTHER_PASSWORD}
    answer = ada.client.post("/api/auth/password", json=change)
    assert answer.status_code == 204
    assert is_signed_in(ada.client)
    assert [is_signed_in(other) for other in others] == [False, False]
    assert is_signed_in(bystander.client)


def test_after_a_new_password_only_that_one_signs_in(app: Flask, ada: Person) -> None:
    change = {"current_password": PASSWORD, "new_password": ANOTHER_PASSWORD}
    assert ada.client.post("/api/auth/password", json=change).status_code == 204
    old = {"email": ada.email, "password": PASSWORD}
    assert problem_of(app.test_client().post("/api/auth/login", json=old), 401)
    assert is_signed_in(log_in(app, ada.email, ANOTHER_PASSWORD))


def test_a_password_is_not_changed_without_the_current_one(app: Flask, ada: Person) -> None:
    change = {"current_password": "a guess at random", "new_password": ANOTHER_PASSWORD}
    answer = ada.client.post("/api/auth/password", json=change)
    assert problem_of(answer, 401)["code"] == "invalid_credentials"
    assert is_signed_in(log_in(app, ada.email, PASSWORD))


def test_who_is_signed_in_is_told_without_any_secret(ada: Person) -> None:
    answer = body_of(ada.client.get("/api/auth/me"))
    assert answer["organization"] is None
    assert answer["role"] is None
    assert set(answer["user"]) == {"id", "email", "name", "created_at"}


def test_an_unknown_user_and_a_wrong_password_are_answered_alike(app: Flask, ada: Person) -> None:
    answers = [
        app.test_client().post(
            "/api/auth/login",
            json={"email": email, "password": "not the password"},
            headers={"X-Request-Id": "the-same"},
        )
        for email in (ada.email, new_email())
    ]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].data == answers[1].data
    assert dict(answers[0].headers) == dict(answers[1].headers)


def test_an_address_is_taken_in_whatever_case(app: Flask, ada: Person) -> None:
    body = {"email": ada.email.upper(), "password": PASSWORD}
    answer = app.test_client().post("/api/auth/signup", json=body)
    assert problem_of(answer, 409)["code"] == "email_taken"
    assert is_signed_in(log_in(app, ada.email.upper()))


def test_closed_sign_up_lets_only_the_invited_in(file_database_url: str) -> None:
    with application(file_database_url, signup_is_open=False) as app:
        body = {"email": new_email(), "password": PASSWORD}
        answer = app.test_client().post("/api/auth/signup", json=body)
    assert problem_of(answer, 403)["code"] == "signup_closed"


PASSWORDS_THAT_WORK = {
    "twelve characters": "qwzx plomf 7",
    "72 bytes": "a1 " * 24,
    "73 bytes": "a1 " * 24 + "b",
    "25 characters of 3 bytes": "\u72d7\u732b\u9ce5\u9b5a\u99ac" * 5,
    "1,024 characters": "a1 b" * 256,
    "emoji": "\U0001f98a\U0001f43b\U0001f427" * 4,
    "spaces at both ends": "  a password in spaces  ",
    "a quote, a backslash and a percent sign": 'it\'s \\ 100% "fine"',
}


@pytest.mark.parametrize("password", PASSWORDS_THAT_WORK.values(), ids=PASSWORDS_THAT_WORK.keys())
def test_a_password_works_with_every_character_of_it(app: Flask, password: str) -> None:
    ada = sign_up(app, password=password)
    assert is_signed_in(log_in(app, ada.email, password))
    for other in (password[:-1], password + "x", password[:-1] + "\u00ff"):
        answer = app.test_client().post(
            "/api/auth/login", json={"email": ada.email, "password": other}
        )
        assert problem_of(answer, 401)["code"] == "invalid_credentials"


def test_the_two_ways_to_write_an_accent_are_one_password(app: Flask) -> None:
    ada = sign_up(app, password="caf\u00e9 at seven o'clock")
    assert is_signed_in(log_in(app, ada.email, "cafe\u0301 at seven o'clock"))


PASSWORDS_THAT_ARE_REFUSED = {
    "eleven characters": ("qwzx plomf7", "invalid_password"),
    "1,025 characters": ("a1 b" * 256 + "c", "invalid_password"),
    "a mebibyte": ("a1 b" * 2**18, "invalid_password"),
    "a common one": ("password1234", "common_password"),
}


@pytest.mark.parametrize(
    ("password", "code"),
    PASSWORDS_THAT_ARE_REFUSED.values(),
    ids=PASSWORDS_THAT_ARE_REFUSED.keys(),
)
def test_a_password_is_refused_with_the_reason(app: Flask, password: str, code: str) -> None:
    body = {"email": new_email(), "password": password}
    answer = app.test_client().post("/api/auth/signup", json=body)
    problem = problem_of(answer, 422)
    assert problem["code"] == code
    assert problem["errors"][0]["pointer"] == "/password"
    assert password not in answer.text


def test_a_password_of_a_mebibyte_does_not_sign_in_and_does_not_break(app: Flask) -> None:
    body = {"email": new_email(), "password": "x" * 2**20}
    assert problem_of(app.test_client().post("/api/auth/login", json=body), 422)
