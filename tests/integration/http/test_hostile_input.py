"""Every other route of the API with what no client of ours would send it."""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.http_client import (
    PASSWORD,
    Team,
    ago,
    bearer,
    found,
    log_in,
    new_email,
    problem_of,
)
from tests.http_routes import A_RANDOM_ID, Route, api_routes
from tests.integration.http.storage import rows_in

Path = tuple[str, ...]

#: Where events come in; what may stand in them has tests of its own.
DOORS = {"events.ingest", "doors.litellm", "doors.cloudevents", "traces.export"}
#: A body that each route would take, were it not for the poison that is put into it.
BODIES: dict[str, dict[str, Any]] = {
    "accounts.sign_up": {"email": "new@example.com", "password": PASSWORD, "name": "Ada"},
    "accounts.log_in": {"email": "new@example.com", "password": "not the password"},
    "accounts.change_password": {"current_password": "wrong", "new_password": PASSWORD + "!"},
    "organizations.onboard": {"organization_name": "Acme"},
    "organizations.invite_member": {"email": "new@example.com", "role": "member"},
    "organizations.change_member": {"email": "new@example.com", "role": "member"},
    "organizations.remove_member": {"email": "new@example.com"},
    "organizations.accept_invitation": {"token": "made-up"},
    "keys.create_key": {"name": "Key", "scopes": ["ingest"], "expires_at": ago(days=-10)},
    "budgets.create_budget": {
        "name": "Budget",
        "limit_usd": "10",
        "period": "month",
        "timezone": "UTC",
        "scope": {
            "project": "p",
            "environment": "e",
            "provider": "openai",
            "model": "m",
            "user": "u",
            "api_key": A_RANDOM_ID,
            "tags": {"feature": "f"},
        },
        "thresholds": [50],
        "forecast_thresholds": [100],
        "enforcement": "alert",
        "unpriced": {"estimate_usd": "1"},
        "channel_ids": None,
    },
    "channels.create_channel": {"type": "webhook", "name": "Hook", "url": "https://1.1.1.1/"},
    "channels.change_channel": {"name": "Hook", "url": "https://1.1.1.1/", "enabled": True},
    "reservations.reserve": {
        "estimate_usd": "0.1",
        "provider": "openai",
        "api_base": "https://api.openai.com",
        "model": "gpt-4o",
        "input_tokens": 1,
        "max_output_tokens": 1,
        "project": "p",
        "environment": "e",
        "user": "u",
        "tags": {"feature": "f"},
        "expires_in_s": 60,
    },
    "own_prices.create_entry": {
        "provider": "openai",
        "model": "gpt-4o",
        "rates": [
            {
                "class": "input",
                "unit_price_usd": "1",
                "per": 1000,
                "tier_from": None,
                "service_tier": "batch",
                "region": "eu",
            }
        ],
        "valid_from": "2026-01-01",
        "valid_to": "2026-01-02",
        "note": "n",
    },
    "discounts.create_entry": {
        "provider": "openai",
        "percent": "5",
        "valid_from": "2026-01-01",
        "valid_to": None,
        "note": "n",
    },
    "aliases.create_entry": {
        "provider": "azure",
        "alias": "prod",
        "model": "gpt-4o",
        "model_provider": "openai",
        "valid_from": None,
        "valid_to": "2026-01-01",
        "note": "n",
    },
}
BODIES["budgets.change_budget"] = BODIES["budgets.create_budget"]
TERMS = ("own_prices", "discounts", "aliases")
for kind in TERMS:
    BODIES[f"{kind}.change_entry"] = BODIES[f"{kind}.create_entry"]
WITHOUT_A_BODY = {"accounts.sign_out", "keys.revoke_key", "keys.revoke_key_by_query"} | {
    "budgets.remove_budget",
    "channels.remove_channel",
    "channels.rotate_secret",
    "deliveries.test_channel",
    "deliveries.resend",
    "reservations.release",
    *(f"{kind}.remove_entry" for kind in TERMS),
}
ROUTES_WITH_A_BODY = [route for route in api_routes() if route.endpoint in BODIES]
#: They take their body, or a part of it, or none.
WITHOUT_REQUIRED_FIELDS = {
    "organizations.remove_member",
    "budgets.change_budget",
    "channels.change_channel",
    *(f"{kind}.change_entry" for kind in TERMS),
}
DIGITS = "1" + "0" * 4300


def leaves(value: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    """Every field and every item of a body with its value, inner ones as well."""
    if path:
        yield path, value
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, (*path, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, str(index)))


def with_poison(body: Mapping[str, Any], path: Path, poison: str) -> bytes:
    """The body as JSON with ``poison``, which need not be JSON, in one place."""
    changed: Any = deepcopy(dict(body))
    place = changed
    for name in path[:-1]:
        place = place[int(name)] if isinstance(place, list) else place[name]
    place[int(path[-1]) if isinstance(place, list) else path[-1]] = "@@"
    return json.dumps(changed).replace('"@@"', poison).encode("utf-8", "surrogatepass")


FIELDS = [
    (route, path) for route in ROUTES_WITH_A_BODY for path, _ in leaves(BODIES[route.endpoint])
]
POISONS = {
    "NUL": '"a\\u0000b"',
    "a raw NUL": '"a\0b"',
    "a lone surrogate": '"a\\ud800b"',
    "a raw lone surrogate": '"a\ud800b"',
    "100,000 characters": '"' + "x" * 100_000 + '"',
    "a list": "[[]]",
    "an object": '{"a": {"b": []}}',
    "true": "true",
    "NaN": "NaN",
    "Infinity": "-Infinity",
    "1e400": "1e400",
    "a negative number": "-1",
    "a fraction": "0.1",
    "a huge number": "1" + "0" * 400,
    "4,301 digits": DIGITS,
    "a decimal of 5,000 digits": '"' + DIGITS * 2 + '"',
    "1,000 levels": "[" * 1000 + "]" * 1000,
    "100,000 levels": '{"a":' * 100_000 + "1" + "}" * 100_000,
    "a torn text": '"x',
    "nothing": "",
}


def whoever_may(team: Team, route: Route) -> tuple[FlaskClient, dict[str, str]]:
    """The owner's browser, or a program with the key."""
    if route.access.takes_session:
        return team.owner.client, {}
    return team.app.test_client(), bearer(team.key)


def ask(team: Team, route: Route, body: bytes, content_type: str | None = None) -> TestResponse:
    """Send a body to a route as somebody who may."""
    client, headers = whoever_may(team, route)
    return client.open(
        route.path,
        headers=headers,
        method=route.method,
        data=body,
        content_type=content_type or "application/json",
        environ_base={"REMOTE_ADDR": new_email()},
    )


def test_every_route_with_a_body_is_listed() -> None:
    unsafe = {route.endpoint for route in api_routes() if route.method not in ("GET", "HEAD")}
    assert set(BODIES) | WITHOUT_A_BODY | DOORS == unsafe


@pytest.mark.parametrize("poison", POISONS.values(), ids=POISONS.keys())
@pytest.mark.parametrize(("route", "path"), FIELDS, ids=lambda it: _named(it))
def test_poison_in_a_field_is_refused_clearly_and_nothing_is_stored(
    file_team: Team, file_database_url: str, route: Route, path: Path, poison: str
) -> None:
    before = rows_in(file_database_url)
    answer = ask(file_team, route, with_poison(BODIES[route.endpoint], path, poison))
    if answer.status_code in (200, 201):
        # Not poison for this field: a number of dollars, say, or any JSON.
        assert answer.get_json()
        return
    problem = problem_of(answer, answer.status_code)
    assert answer.status_code in (400, 401, 404, 409, 413, 422), answer.text
    assert problem["code"]
    assert len(answer.data) < 5_000, "what was sent is not repeated at length"
    assert rows_in(file_database_url) == before


def _named(value: object) -> str:
    return ".".join(value) if isinstance(value, tuple) else str(value)


TEXT_POISONS = (
    "NUL",
    "a raw NUL",
    "a lone surrogate",
    "a raw lone surrogate",
    "100,000 characters",
)
TEXT_FIELDS = [
    (route, path)
    for route, path in FIELDS
    if isinstance(dict(leaves(BODIES[route.endpoint]))[path], str)
]


@pytest.mark.parametrize("name", TEXT_POISONS)
@pytest.mark.parametrize(("route", "path"), TEXT_FIELDS, ids=lambda it: _named(it))
def test_a_text_that_cannot_be_stored_is_refused_everywhere(
    file_team: Team, route: Route, path: Path, name: str
) -> None:
    body = with_poison(BODIES[route.endpoint], path, POISONS[name])
    answer = ask(file_team, route, body)
    assert problem_of(answer, answer.status_code)
    assert answer.status_code in (400, 422), answer.text


BODIES_OF_ANOTHER_FORM = {
    "nothing": b"",
    "white space": b"  \n",
    "null": b"null",
    "true": b"true",
    "a number": b"1",
    "a text": b'"name"',
    "an empty list": b"[]",
    "a list": b"[{}]",
    "half an object": b'{"name": "x"',
    "two objects": b"{}{}",
    "a trailing comma": b'{"name": "x",}',
    "NaN": b"NaN",
    "a byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": "{}".encode("utf-16"),
    "UTF-32": "{}".encode("utf-32"),
    "bytes that are not UTF-8": b'{"name": "\xff"}',
    "NUL bytes": b"\0\0",
    "33 levels": b'{"name":' + b"[" * 32 + b"]" * 32 + b"}",
    "1,000 levels": b"[" * 1_000 + b"]" * 1_000,
    "100,000 levels": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "100,000 openings": b"[" * 100_000,
    "an unknown field": b'{"no_such_field": 1}',
    "a field of the database": b'{"organization_id": "x", "id": "y", "created_at": 1}',
    "a long name of a field": b'{"' + b"x" * 100_000 + b'": 1}',
    "a name with NUL": b'{"na\\u0000me": 1}',
}


@pytest.mark.parametrize("body", BODIES_OF_ANOTHER_FORM.values(), ids=BODIES_OF_ANOTHER_FORM.keys())
@pytest.mark.parametrize("route", ROUTES_WITH_A_BODY, ids=str)
def test_a_body_of_another_form_is_refused_clearly(
    file_team: Team, file_database_url: str, route: Route, body: bytes
) -> None:
    before = rows_in(file_database_url)
    answer = ask(file_team, route, body)
    problem = problem_of(answer, answer.status_code)
    expected = (400, 422, 404) if route.endpoint in WITHOUT_REQUIRED_FIELDS else (400, 422)
    assert answer.status_code in expected, answer.text
    assert problem["detail"]
    assert len(answer.data) < 5_000
    assert rows_in(file_database_url) == before


@pytest.mark.parametrize("route", ROUTES_WITH_A_BODY, ids=str)
def test_an_unknown_field_is_refused_by_name(file_team: Team, route: Route) -> None:
    body = BODIES[route.endpoint] | {"organization_id": A_RANDOM_ID}
    problem = problem_of(ask(file_team, route, json.dumps(body).encode()), 422)
    assert {"pointer": "/organization_id", "detail": "Unknown field."} in problem["errors"]


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/x-ndjson",
        "application/octet-stream",
        "text/json",
        "nonsense",
    ],
)
@pytest.mark.parametrize("route", ROUTES_WITH_A_BODY, ids=str)
def test_only_what_says_it_is_json_is_read(
    file_team: Team, file_database_url: str, route: Route, content_type: str
) -> None:
    before = rows_in(file_database_url)
    for body in (json.dumps(BODIES[route.endpoint]).encode(), b"email=a%40example.com&name=x"):
        answer = ask(file_team, route, body, content_type)
        assert problem_of(answer, 415)["code"] == "unsupported_media_type"
    assert rows_in(file_database_url) == before


@pytest.mark.parametrize("route", ROUTES_WITH_A_BODY, ids=str)
def test_a_form_is_not_json(file_team: Team, route: Route) -> None:
    form = {"email": "new@example.com", "password": PASSWORD, "name": "x"}
    client, headers = whoever_may(file_team, route)
    answer = client.open(route.path, method=route.method, data=form, headers=headers)
    assert problem_of(answer, 415)


#: A body without a length, as a server hands over one that came in chunks.
IN_CHUNKS = {"wsgi.input_terminated": True, "CONTENT_LENGTH": ""}


@pytest.mark.parametrize("way", ["with its length", "in chunks"])
@pytest.mark.parametrize("route", ROUTES_WITH_A_BODY, ids=str)
def test_a_body_over_two_mebibytes_is_too_large(
    file_team: Team, file_database_url: str, route: Route, way: str
) -> None:
    before = rows_in(file_database_url)
    body = json.dumps(BODIES[route.endpoint]).encode().ljust(2 * 2**20 + 1)
    client, headers = whoever_may(file_team, route)
    answer = client.open(
        route.path,
        method=route.method,
        data=body,
        headers=headers,
        content_type="application/json",
        environ_overrides=IN_CHUNKS if way == "in chunks" else {},
    )
    assert problem_of(answer, 413)["code"] == "content_too_large"
    assert rows_in(file_database_url) == before


def test_a_name_of_any_script_is_kept_as_it_is(app: Flask) -> None:
    for name in ("\u0410\u043d\u043d\u0430", "\u738b\u5c0f\u660e", "\U0001f98a & S\u00f6hne <b>"):
        team = found(app, name)
        assert team.organization["name"] == name
        assert team.organization["slug"]


def test_the_doors_still_open_after_all_of_that(app: Flask) -> None:
    assert log_in(app, found(app).owner.email)
