"""API keys through forms."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask

from tests.http_client import Team, an_event, bearer, post
from tests.integration.http.browsing import Browser

KEYS, NEW_KEY = "/dashboard/keys", "/dashboard/keys/new"


@pytest.fixture
def owner(team: Team) -> Browser:
    return Browser(team.owner.client)


def test_a_key_is_created_shown_once_works_and_is_revoked(app: Flask, owner: Browser) -> None:
    page = owner.submit(NEW_KEY, name="Backend", scopes=["ingest", "read"])
    assert page.status == 201
    secret = page.texts["secret"]
    for snippet in ("command", "sdk-settings", "opentelemetry", "litellm"):
        assert secret in page.texts[snippet]
    assert post(app, an_event(), secret).status_code == 200
    assert app.test_client().get("/api/v1/usage", headers=bearer(secret)).status_code == 200
    listed = owner.open(KEYS)
    assert secret not in listed.html
    assert f"tc_live_…{secret[-4:]}" in listed.html
    (revoke, *_) = [form for form in listed.forms if form.endswith("/revoke")]
    assert owner.submit(revoke, on=KEYS).location == f"{KEYS}?notice=key-revoked"
    assert post(app, an_event(), secret).status_code == 401
    again = owner.open(f"{KEYS}?notice=key-revoked")
    assert "It is refused from its next request on." in again.text
    assert revoke not in again.forms


def test_a_key_works_until_the_end_of_its_last_day_in_utc(owner: Browser) -> None:
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    owner.submit(NEW_KEY, name="Short", scopes="ingest", expires_on=tomorrow.isoformat())
    document = owner.client.get("/api/v1/keys").json
    assert document is not None
    end = tomorrow + timedelta(days=1)
    assert document["data"][0]["expires_at"] == f"{end.isoformat()}T00:00:00.000Z"
    assert f"until {tomorrow:%-d %b %Y}" in owner.open(KEYS).text


@pytest.mark.parametrize(
    ("fields", "wrong", "said"),
    [
        ({"name": ""}, "name", "Must not be empty."),
        ({"expires_on": "2020-01-01"}, "expires_on", "Must be in the future."),
        ({"expires_on": "soon"}, "expires_on", "Must be a date"),
        ({"expires_on": "9999-12-31"}, "expires_on", "Must be a date"),
    ],
)
def test_a_refused_key_says_why_and_keeps_what_was_chosen(
    owner: Browser, fields: dict[str, str], wrong: str, said: str
) -> None:
    page = owner.submit(NEW_KEY, **{"name": "Backend", "scopes": "read"} | fields)
    assert page.status == 422
    assert said in page.error(wrong)
    boxes = [its for _, its in page.elements if its.get("type") == "checkbox"]
    assert [its["value"] for its in boxes if "checked" in its] == ["read"]


@pytest.mark.parametrize("scopes", [[], ["admin"]])
def test_a_key_without_a_known_scope_is_refused(owner: Browser, scopes: list[str]) -> None:
    page = owner.submit(NEW_KEY, name="Backend", scopes=scopes)
    assert page.status == 422
    assert "Must" in page.text


def test_what_is_pasted_leads_to_routes_that_take_the_key(app: Flask, owner: Browser) -> None:
    page = owner.submit(NEW_KEY, name="Backend", scopes="ingest")
    (events,) = re.findall(r"curl (\S+)/api/v1/events ", page.texts["command"])
    (litellm,) = re.findall(r"endpoint: (\S+)", page.texts["litellm"])
    (otlp,) = re.findall(r"OTLP_ENDPOINT=(\S+)", page.texts["opentelemetry"])
    (sdk,) = re.findall(r"TRUECOMPUTE_URL=(\S+)", page.texts["sdk-settings"])
    assert {events, otlp, sdk} == {litellm.removesuffix("/api/v1/ingest/litellm")}
    key = bearer(page.texts["secret"])
    for address in (f"{events}/api/v1/events", litellm, f"{otlp}/v1/traces"):
        answer = app.test_client().post(urlsplit(address).path, json={}, headers=key)
        # The key is taken and the body read, whatever it is found to lack.
        assert answer.status_code in (200, 422), (address, answer.text)


def test_a_key_that_only_reads_is_shown_without_ways_to_send(owner: Browser) -> None:
    page = owner.submit(NEW_KEY, name="Report", scopes="read")
    assert "secret" in page.texts
    assert "command" not in page.texts
