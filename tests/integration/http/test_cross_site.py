"""What another site makes a browser send is refused."""

from itertools import product

import pytest

from tests.http_client import (
    APP_URL,
    EVENTS,
    PASSWORD,
    Team,
    an_event,
    application,
    bearer,
    body_of,
    new_email,
    post,
    problem_of,
)
from tests.http_routes import Route, api_routes, page_routes

UNSAFE = ("POST", "PATCH", "DELETE")

REFUSED = {
    "a form of another site": {"Sec-Fetch-Site": "cross-site"},
    "a form of a sister site": {"Sec-Fetch-Site": "same-site"},
    "a browser with a word of its own": {"Sec-Fetch-Site": "sideways"},
    "a script of another origin": {"Origin": "https://evil.example"},
    "a sandboxed frame": {"Origin": "null"},
    "another port": {"Origin": "http://localhost:5001"},
    "the other scheme": {"Origin": "https://localhost:5000"},
    "a name that begins like ours": {"Origin": "http://localhost:5000.evil.example"},
    "an empty origin": {"Origin": ""},
    "an origin that contradicts": {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.test"},
    "a site that contradicts": {"Sec-Fetch-Site": "cross-site", "Origin": APP_URL},
}
ACCEPTED: dict[str, dict[str, str]] = {
    "a program": {},
    "our own page": {"Sec-Fetch-Site": "same-origin", "Origin": APP_URL},
    "our own page in an older browser": {"Origin": APP_URL},
    "our own page by another name of ours": {"Origin": "http://localhost"},
    "the address bar": {"Sec-Fetch-Site": "none"},
    "an origin in capitals": {"Origin": APP_URL.upper()},
}


UNSAFE_ROUTES = [
    route for route in api_routes() if route.method in UNSAFE and not route.access.takes_key
]
FORMS = [route for route in page_routes() if route.method in UNSAFE]


@pytest.mark.parametrize("headers", REFUSED.values(), ids=REFUSED.keys())
@pytest.mark.parametrize("route", UNSAFE_ROUTES, ids=str)
def test_no_route_that_takes_sessions_takes_it_from_another_site(
    file_team: Team, route: Route, headers: dict[str, str]
) -> None:
    asked = file_team.owner.client
    answer = asked.open(route.path, method=route.method, json={}, headers=headers)
    assert problem_of(answer, 403)["code"] == "cross_site_request"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("headers", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_our_own_pages_and_programs_pass(team: Team, headers: dict[str, str]) -> None:
    answer = team.owner.client.post("/api/v1/keys", json={"name": "New"}, headers=headers)
    assert answer.status_code == 201, answer.text


def test_a_refused_request_changes_nothing(team: Team) -> None:
    asked = team.owner.client
    for headers in REFUSED.values():
        asked.post("/api/v1/keys", json={"name": "Theirs"}, headers=headers)
        asked.delete(f"/api/v1/keys/{team.key_id}", headers=headers)
        asked.post("/api/auth/signout", headers=headers)
    (key,) = body_of(asked.get("/api/v1/keys"))["data"]
    assert key["revoked_at"] is None


def test_looking_is_free_to_every_site_since_browsers_keep_the_answer_from_it(team: Team) -> None:
    answer = team.owner.client.get("/api/v1/keys", headers={"Origin": "https://evil.example"})
    assert answer.status_code == 200
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]


def test_a_key_is_no_cookie_so_any_site_may_send_with_it(team: Team) -> None:
    headers = {"Origin": "https://app.example", "Sec-Fetch-Site": "cross-site"} | bearer(team.key)
    answer = team.app.test_client().post(EVENTS, json=an_event(), headers=headers)
    assert answer.status_code == 200


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded"])
def test_a_form_that_pretends_to_be_json_is_not_read(team: Team, content_type: str) -> None:
    answer = team.owner.client.post(
        "/api/v1/keys", data='{"name": "Theirs"}', content_type=content_type
    )
    assert problem_of(answer, 415)["code"] == "unsupported_media_type"


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-Method-Override", "_method"])
def test_a_method_is_never_overridden(team: Team, name: str) -> None:
    path = f"/api/v1/keys?{name}=DELETE&id={team.key_id}"
    answers = [
        team.owner.client.get("/api/v1/keys", headers={name: "DELETE"}),
        team.owner.client.post(path, json={"name": "x"}, headers={name: "DELETE"}),
    ]
    assert [answer.status_code for answer in answers] == [200, 201]
    assert post(team.app, an_event(), team.key).status_code == 200


def test_where_the_server_has_another_name_that_name_is_ours(file_database_url: str) -> None:
    with application(file_database_url, app_url="https://costs.example.com") as app:
        for origin, status in (
            ("https://costs.example.com", 201),
            ("https://costs.example.com.evil.test", 403),
            ("http://costs.example.com", 403),
        ):
            answer = app.test_client().post(
                "/api/auth/signup",
                json={"email": new_email(), "password": PASSWORD},
                headers={"Origin": origin},
            )
            assert answer.status_code == status, origin


TOKENS = ["", "made-up", "of another session", "\u00e9"]


@pytest.mark.parametrize(("form", "token"), list(product(FORMS, TOKENS)))
def test_a_form_without_its_own_token_does_nothing(
    file_team: Team, form: Route, token: str
) -> None:
    if token == "of another session":
        token = _token_in(file_team.hire("owner").client.get("/settings").text)
    answer = file_team.owner.client.post(form.path, data={"csrf_token": token})
    assert answer.status_code == 403
    assert "reload the page" in answer.text


@pytest.mark.parametrize(("form", "headers"), list(product(FORMS, REFUSED.values())))
def test_a_form_of_another_site_does_nothing_even_with_a_token(
    file_team: Team, form: Route, headers: dict[str, str]
) -> None:
    asked = file_team.owner.client
    token = _token_in(asked.get("/settings").text)
    answer = asked.post(form.path, data={"csrf_token": token}, headers=headers)
    assert answer.status_code == 403
    assert "Another site" in answer.text


def _token_in(page: str) -> str:
    _, found, rest = page.partition('name="csrf_token" value="')
    assert found, page[:500]
    return rest.partition('"')[0]
