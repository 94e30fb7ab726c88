"""The whole application on a real database, and the people and programs that call it."""

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from dependency_injector import providers
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from application.ports.rate_limits import RateLimits
from entrypoints.container import Container
from entrypoints.http.app import create_app
from entrypoints.settings import Settings

APP_URL = "http://localhost:5000"
PASSWORD = "seven grey herons at dusk"
PROBLEM = "application/problem+json"
EVENTS = "/api/v1/events"
USAGE = "/api/v1/usage"

_numbers = count(1)


def settings_on(database_url: str, **changes: object) -> Settings:
    """Settings for a test: the cheapest password hashes, the rest as an operator finds it."""
    fields: dict[str, Any] = {
        "database_url": database_url,
        "data_dir": Path(".truecompute"),
        "host": "127.0.0.1",
        "port": 5000,
        "app_url": APP_URL,
        "web_concurrency": 1,
        "threads": 16,
        "log_level": "error",
        "signup_is_open": True,
        "trusted_proxies": 0,
        "password_cost": 4,
    }
    return Settings(**(fields | changes))


@contextmanager
def application(
    database_url: str, rate_limits: RateLimits | None = None, **changes: object
) -> Iterator[Flask]:
    """The application, until the context ends and its connections are closed."""
    container = Container(settings=settings_on(database_url, **changes))
    if rate_limits is not None:
        container.rate_limits.override(providers.Object(rate_limits))
    try:
        yield create_app(container)
    finally:
        container.engine().dispose()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a browser of their own, signed in."""

    client: FlaskClient
    email: str
    id: str

    @property
    def session(self) -> str:
        """The token in the browser's cookie."""
        cookie = self.client.get_cookie("tc_session")
        assert cookie is not None
        return cookie.value


@dataclass(frozen=True, slots=True)
class Team:
    """An organization with its owner, and the default key, which ingests."""

    app: Flask
    owner: Person
    organization: Mapping[str, Any]
    key_id: str
    key: str

    def invite(self, email: str, role: str = "member") -> str:
        """The token of an invitation."""
        answer = self.owner.client.post("/api/v1/members", json={"email": email, "role": role})
        assert answer.status_code == 201, answer.text
        return str(body_of(answer)["invitation_url"]).rpartition("/")[2]

    def hire(self, role: str) -> Person:
        """A new person with that role."""
        email = new_email()
        return sign_up(self.app, email, invitation=self.invite(email, role))

    def new_key(self, *scopes: str, **fields: object) -> tuple[str, str]:
        """The id and the secret of another key."""
        body = {"name": "Backend", "scopes": list(scopes), **fields}
        answer = self.owner.client.post("/api/v1/keys", json=body)
        assert answer.status_code == 201, answer.text
        created = body_of(answer)
        return created["id"], created["secret"]

    def send(self, *events: Mapping[str, Any]) -> dict[str, Any]:
        """Send a batch; what became of it."""
        answer = post(self.app, {"events": events}, self.key)
        assert answer.status_code == 200, answer.text
        return body_of(answer)

    def usage(self, **query: object) -> dict[str, Any]:
        """A report, as the owner sees it."""
        answer = self.owner.client.get(USAGE, query_string=query)
        assert answer.status_code == 200, answer.text
        return body_of(answer)

    def event(self, event_id: str) -> dict[str, Any]:
        """One event, explained."""
        answer = self.owner.client.get(f"{EVENTS}/{event_id}")
        assert answer.status_code == 200, answer.text
        return body_of(answer)


def new_email() -> str:
    """An address that no other call returns."""
    return f"ada{next(_numbers)}@example.com"


def sign_up(app: Flask, email: str | None = None, **fields: object) -> Person:
    """A new user in a new browser."""
    email, client = email or new_email(), app.test_client()
    body = {"email": email, "password": PASSWORD, **fields}
    answer = client.post("/api/auth/signup", json=body)
    assert answer.status_code == 201, answer.text
    return Person(client=client, email=email, id=body_of(answer)["user"]["id"])


def log_in(app: Flask, email: str, password: str = PASSWORD) -> FlaskClient:
    """A new browser in which the user is signed in."""
    client = app.test_client()
    answer = client.post("/api/auth/login", json={"email": email, "password": password})
    assert answer.status_code == 200, answer.text
    return client


def found(app: Flask, name: str = "Acme") -> Team:
    """A new organization."""
    owner = sign_up(app)
    answer = owner.client.post("/api/v1/onboard", json={"organization_name": name})
    assert answer.status_code == 201, answer.text
    onboarded = body_of(answer)
    key = onboarded["api_key"]
    return Team(
        app=app,
        owner=owner,
        organization=onboarded["organization"],
        key_id=key["id"],
        key=key["secret"],
    )


def bearer(key: str) -> dict[str, str]:
    """The header by which a program presents its key."""
    return {"Authorization": f"Bearer {key}"}


def post(app: Flask, document: object, key: str) -> TestResponse:
    """Send JSON to the events route."""
    return app.test_client().post(EVENTS, json=document, headers=bearer(key))


def post_bytes(
    app: Flask, body: bytes, key: str, *, content_type: str = "application/json", **headers: str
) -> TestResponse:
    """Send a body as it is to the events route; ``headers`` have underscores for dashes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()} | bearer(key)
    return app.test_client().post(EVENTS, data=body, content_type=content_type, headers=named)


def post_lines(app: Flask, lines: Sequence[bytes], key: str) -> TestResponse:
    """Send NDJSON."""
    return post_bytes(app, b"\n".join(lines), key, content_type="application/x-ndjson")


def gzipped(document: object) -> bytes:
    """A document as compressed JSON."""
    return gzip.compress(json.dumps(document).encode())


def ago(**by: float) -> str:
    """The time before now by as much, as RFC 3339."""
    return (datetime.now(UTC) - timedelta(**by)).isoformat().replace("+00:00", "Z")


def an_event(**changes: object) -> dict[str, Any]:
    """A call of a minute ago: 200 tokens in and 100 out, which cost $0.0021."""
    return {
        "id": f"call-{next(_numbers)}",
        "timestamp": ago(minutes=1),
        "provider": "anthropic",
        "model": "claude-sonnet-4-5",
        "usage": {"input": 200, "output": 100},
        **changes,
    }


def body_of(answer: TestResponse) -> dict[str, Any]:
    """The JSON object of an answer."""
    # The standard library's reader, as clients have it; the application's own makes decimals.
    document = json.loads(answer.data)
    assert isinstance(document, dict), answer.text
    return document


def problem_of(answer: TestResponse, status: int) -> dict[str, Any]:
    """The problem document of an answer, which has every field of one."""
    assert answer.status_code == status, (answer.status_code, answer.text[:500])
    assert answer.mimetype == PROBLEM
    document = body_of(answer)
    assert {"type", "title", "status", "detail", "code", "request_id", "errors"} == set(document)
    assert document["status"] == status
    assert document["detail"]
    assert document["request_id"] == answer.headers["X-Request-Id"]
    return document
