"""What comes with every answer: an id, headers that tell browsers to be careful, no caching."""

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from entrypoints.http.requests import HEADERS
from tests.http_client import EVENTS, Team, application, bearer, problem_of

ANSWERS: dict[str, tuple[int, Callable[[Team], TestResponse]]] = {
    "200 to a session": (200, lambda team: team.owner.client.get("/api/v1/keys")),
    "200 to a key": (
        200,
        lambda team: team.app.test_client().post(
            EVENTS, json={"events": []}, headers=bearer(team.key)
        ),
    ),
    "200 to anyone": (200, lambda team: team.app.test_client().get("/api/health")),
    "204": (204, lambda team: team.owner.client.delete(f"/api/v1/keys/{team.key_id}")),
    "404 of a slash too much": (404, lambda team: team.owner.client.get("/api/v1/keys/")),
    "400": (400, lambda team: team.owner.client.get("/api/v1/keys?cursor=%00")),
    "401": (401, lambda team: team.app.test_client().get("/api/v1/keys")),
    "403": (
        403,
        lambda team: team.owner.client.post(
            "/api/v1/keys", json={}, headers={"Origin": "https://evil.example"}
        ),
    ),
    "404": (404, lambda team: team.owner.client.get("/api/v1/nothing")),
    "405": (405, lambda team: team.owner.client.put("/api/v1/keys")),
    "413": (
        413,
        lambda team: team.owner.client.post(
            "/api/v1/keys", data=b" " * (2 * 2**20 + 1), content_type="application/json"
        ),
    ),
    "415": (415, lambda team: team.owner.client.post("/api/v1/keys", data="name=x")),
    "422": (422, lambda team: team.owner.client.post("/api/v1/keys", json={})),
    "302 of a page": (302, lambda team: team.app.test_client().get("/dashboard")),
    "200 of a page": (200, lambda team: team.app.test_client().get("/login")),
    "404 of a page": (404, lambda team: team.app.test_client().get("/no-such-page")),
}


@pytest.mark.parametrize(("status", "request_of"), ANSWERS.values(), ids=ANSWERS.keys())
def test_every_answer_has_its_headers(
    team: Team, status: int, request_of: Callable[[Team], TestResponse]
) -> None:
    answer = request_of(team)
    assert answer.status_code == status
    assert {name: answer.headers.getlist(name) for name in HEADERS} == {
        name: [value] for name, value in HEADERS.items()
    }
    assert answer.headers["Cache-Control"] == "no-store"
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-Id"])
    assert "Strict-Transport-Security" not in answer.headers


@pytest.fixture
def broken(file_database_url: str) -> Iterator[Flask]:
    """An application in which one route and one page fail in a way that nobody foresaw."""
    with application(file_database_url) as app:

        def fail() -> str:
            raise RuntimeError("SELECT secret FROM /etc/passwd")

        app.view_functions["health.health"] = fail
        app.view_functions["pages.accounts.login"] = fail
        yield app


@pytest.mark.parametrize("path", ["/api/health", "/login"])
def test_an_unforeseen_error_tells_nothing_but_the_id_of_the_request(
    broken: Flask, path: str
) -> None:
    answer = broken.test_client().get(path)
    assert answer.status_code == 500
    for hint in ("SELECT", "secret", "passwd", "RuntimeError", "Traceback", "/src/"):
        assert hint not in answer.text
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Request-Id"]


def test_an_unforeseen_error_of_the_api_is_a_problem_document(broken: Flask) -> None:
    answer = broken.test_client().get("/api/health")
    assert problem_of(answer, 500)["code"] == "internal_error"


@pytest.mark.parametrize("sent", ["abc", "req_01H-7.x", "A" * 64])
def test_a_request_id_of_the_senders_own_is_kept(app: Flask, sent: str) -> None:
    answer = app.test_client().get("/api/health", headers={"X-Request-Id": sent})
    assert answer.headers["X-Request-Id"] == sent


@pytest.mark.parametrize(
    "sent", ["", "A" * 65, "two words", "<script>", "\u00e9", 'a"b', "a;b", "a,b", "{}"]
)
def test_a_strange_request_id_is_replaced(app: Flask, sent: str) -> None:
    answer = app.test_client().get("/api/health", headers={"X-Request-Id": sent})
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-Id"])


def test_no_two_requests_have_one_id(app: Flask) -> None:
    client = app.test_client()
    ids = {client.get("/api/health").headers["X-Request-Id"] for _ in range(50)}
    assert len(ids) == 50


def test_a_method_that_a_route_does_not_know_is_answered_with_those_it_does(team: Team) -> None:
    answer = team.owner.client.put("/api/v1/keys")
    assert problem_of(answer, 405)["code"] == "method_not_allowed"
    allowed = {name.strip() for name in answer.headers["Allow"].split(",")}
    assert allowed == {"GET", "HEAD", "POST", "DELETE", "OPTIONS"}


def test_the_database_away_is_a_problem_that_asks_to_come_back() -> None:
    with application("postgresql://nobody@127.0.0.1:1/nothing") as app:
        answer = app.test_client().get("/api/health")
    assert problem_of(answer, 503)["code"] == "unavailable"
    assert int(answer.headers["Retry-After"]) > 0
    assert "127.0.0.1" not in answer.text


def test_the_health_of_the_server_says_its_version(app: Flask) -> None:
    answer = app.test_client().get("/api/health")
    assert answer.json is not None
    assert answer.json["status"] == answer.json["database"] == "ok"
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", answer.json["version"])
