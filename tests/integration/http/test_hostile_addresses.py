"""Addresses, cookies and headers of strange characters: each is answered, none breaks anything."""

import pytest
from flask import Flask

from tests.http_client import Team, problem_of, sign_up
from tests.http_routes import A_RANDOM_ID, Route, api_routes
from tests.integration.http.storage import rows_in

#: As they stand in an address, percent-encoded.
ADDRESS_POISONS = {
    "NUL": "%00",
    "a byte that is not UTF-8": "%ff",
    "a lone surrogate": "%ed%a0%80",
    "an overlong NUL": "%c0%80",
    "a replacement character": "%ef%bf%bd",
    "10,000 characters": "x" * 10_000,
    "a quote": "%27%20OR%201=1--",
    "a line break": "a%0d%0aSet-Cookie:%20x=y",
    "an emoji": "%f0%9f%a6%8a",
    "a brace": "{}",
    "a percent sign": "%25s%25n%25d",
    "a half percent code": "%",
    "a minus one": "-1",
    "a huge number": "9" * 400,
    "a script": "%3Cscript%3E",
}
PARAMETERS = {
    "/api/v1/keys": ["limit", "cursor", "nonsense"],
    "/api/v1/budgets": ["limit", "cursor", "nonsense"],
    "/api/v1/members": ["limit", "cursor", "nonsense"],
    "/api/v1/prices": ["provider", "model", "at", "nonsense"],
    "/api/v1/usage": [
        "view", "from", "to", "tz", "interval", "provider", "model", "project", "environment",
        "user", "api_key", "operation", "status", "session", "trace_id", "provider_request_id",
        "group_by", "sort", "order", "limit", "cursor", "format",
        "tag.feature", "tag.", "tags", "nonsense", "tag.%00", "%00", "tag.%ff", "from_", "filter",
    ],
}  # fmt: skip
QUERIES = [(path, name) for path, names in PARAMETERS.items() for name in names]


@pytest.mark.parametrize("poison", ADDRESS_POISONS.values(), ids=ADDRESS_POISONS.keys())
@pytest.mark.parametrize(("path", "name"), QUERIES)
def test_poison_in_a_query_is_harmless(file_team: Team, path: str, name: str, poison: str) -> None:
    for query in (f"{name}={poison}", f"{name}={poison}&{name}={poison}"):
        answer = file_team.owner.client.get(f"{path}?{query}")
        assert answer.status_code in (200, 400, 422), answer.text
        assert answer.status_code == 200 or problem_of(answer, answer.status_code)["detail"]
        assert len(answer.headers.getlist("Set-Cookie")) == 0


@pytest.mark.parametrize("poison", ["%00", "%ff", "%ed%a0%80", "%c0%80"])
@pytest.mark.parametrize(("path", "name"), QUERIES)
def test_bytes_that_are_no_text_are_refused_in_every_query(
    file_team: Team, path: str, name: str, poison: str
) -> None:
    answer = file_team.owner.client.get(f"{path}?{name}=a{poison}b")
    assert problem_of(answer, 400)


PATHS_WITH_AN_ID = [route for route in api_routes() if "<" in route.rule and route.method != "HEAD"]


@pytest.mark.parametrize("poison", ADDRESS_POISONS.values(), ids=ADDRESS_POISONS.keys())
@pytest.mark.parametrize("route", PATHS_WITH_AN_ID, ids=str)
def test_poison_in_a_path_is_harmless(
    file_team: Team, file_database_url: str, route: Route, poison: str
) -> None:
    before = rows_in(file_database_url)
    path = route.path.replace(A_RANDOM_ID, poison)
    answer = file_team.owner.client.open(path, method=route.method, json={"name": "x"})
    assert answer.status_code in (400, 404), answer.text
    assert problem_of(answer, answer.status_code)
    assert rows_in(file_database_url) == before


@pytest.mark.parametrize("sent", [b"\0", b"\xff", b"\xed\xa0\x80", b"\xc0\x80"])
def test_bytes_that_are_no_text_are_refused_in_every_path(file_team: Team, sent: bytes) -> None:
    path = b"/api/v1/events/a" + sent
    answer = file_team.owner.client.get(
        "/", environ_overrides={"PATH_INFO": path.decode("latin-1")}
    )
    assert problem_of(answer, 400)


@pytest.mark.parametrize("event_id", [".", "..", "a/../../keys", "../keys", "%2e%2e", "%2e"])
def test_a_path_is_never_resolved(file_team: Team, event_id: str) -> None:
    answer = file_team.owner.client.get(f"/api/v1/events/{event_id}")
    assert problem_of(answer, 404)["code"] == "not_found"


@pytest.mark.parametrize("identifier", ["x", "0", "null", A_RANDOM_ID + "0", A_RANDOM_ID[:-1]])
def test_what_is_no_id_is_not_found(file_team: Team, identifier: str) -> None:
    asked = file_team.owner.client
    assert problem_of(asked.delete(f"/api/v1/keys/{identifier}"), 404)
    assert problem_of(asked.delete(f"/api/v1/budgets/{identifier}"), 404)
    assert problem_of(asked.delete(f"/api/v1/keys?id={identifier}"), 422)


COOKIES = {
    "nothing": b"",
    "NUL": b"a\0b",
    "bytes that are not UTF-8": b"\xff\xfe",
    "a raw lone surrogate": b"\xed\xa0\x80",
    "an emoji": "\U0001f98a".encode(),
    "10,000 characters": b"x" * 10_000,
    "a quote": b"' OR '1'='1",
    "quotes around": b'"quoted"',
    "an octal escape": b'"\\000\\377"',
    "JSON": b'{"user_id": 1}',
    "percent codes": b"%00%ff",
}


@pytest.mark.parametrize("name", ["tc_session", "tc_form"])
@pytest.mark.parametrize("value", COOKIES.values(), ids=COOKIES.keys())
@pytest.mark.parametrize("path", ["/api/auth/me", "/api/v1/usage", "/login", "/dashboard"])
def test_a_cookie_of_strange_bytes_is_nobodys(
    app: Flask, path: str, value: bytes, name: str
) -> None:
    answer = app.test_client(use_cookies=False).get(
        path, environ_base={"HTTP_COOKIE": f"{name}={value.decode('latin-1')}"}
    )
    assert answer.status_code in (200, 302, 401), answer.text


def test_of_two_session_cookies_one_counts_and_neither_breaks_anything(app: Flask) -> None:
    ada = sign_up(app)
    for value in (
        f"tc_session={ada.session}; tc_session=made-up",
        f"tc_session=made-up; tc_session={ada.session}",
    ):
        answer = app.test_client(use_cookies=False).get(
            "/api/auth/me", environ_base={"HTTP_COOKIE": value}
        )
        assert answer.status_code in (200, 401)


@pytest.mark.parametrize("value", COOKIES.values(), ids=COOKIES.keys())
@pytest.mark.parametrize("scheme", ["Bearer ", "Bearer tc_live_", ""])
def test_a_key_of_strange_bytes_is_nobodys(app: Flask, scheme: str, value: bytes) -> None:
    answer = app.test_client().get(
        "/api/v1/usage",
        environ_base={"HTTP_AUTHORIZATION": scheme + value.decode("latin-1")},
    )
    assert problem_of(answer, 401)["code"] == "invalid_api_key"


@pytest.mark.parametrize(
    "name",
    [
        "Origin", "Sec-Fetch-Site", "Content-Type", "Content-Encoding", "Accept", "Host",
        "X-Request-Id", "X-Forwarded-For", "X-Forwarded-Host", "User-Agent", "Accept-Language",
        "If-None-Match", "If-Modified-Since", "Range", "Content-Length", "Referer",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "value", ["\xff", "\x00", "x" * 5000, "'", '"', ",;=", "-1", "1e400", "{}", "bytes=0-", ""]
)
def test_a_strange_header_breaks_nothing(file_team: Team, name: str, value: str) -> None:
    variable = name.upper().replace("-", "_")
    if not variable.startswith("CONTENT_"):
        variable = f"HTTP_{variable}"
    elif variable == "CONTENT_ENCODING":
        variable = "HTTP_CONTENT_ENCODING"
    for path, method in (
        ("/api/v1/keys", "POST"),
        ("/api/v1/usage", "GET"),
        ("/login", "GET"),
        ("/api/health", "GET"),
    ):
        answer = file_team.owner.client.open(
            path, method=method, data=b"{}", environ_overrides={variable: value}
        )
        assert answer.status_code < 500, (path, answer.text)
