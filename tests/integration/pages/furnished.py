"""Organizations that have one of everything that a page can show."""

from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote

from flask import Flask
from sqlalchemy import text

from entrypoints.cli.demo import seed
from entrypoints.container import Container
from entrypoints.http.converters import escaped
from tests.http_client import Person, Team, an_event, body_of, log_in, new_email, sign_up

_LONGEST_NAME, _LONGEST_TAG, _LONGEST_ID = 100, 64, 128
#: A public address that needs no looking up; without a worker nothing connects to it.
_HOOK = "https://1.1.1.1/hook"

#: What stands below each collection in an address: ``budgets`` has the id of a budget.
Things = Mapping[str, str]


def demo_team(container: Container, app: Flask, days: int) -> Team:
    """The demo's organization with its last ``days`` days."""
    account = seed(container, now=datetime.now(UTC), days=days)
    with container.engine().begin() as connection:
        # As autovacuum does within a minute; until then PostgreSQL plans for empty tables.
        connection.execute(text("ANALYZE"))
    client = log_in(app, account.email, account.password)
    me = body_of(client.get("/api/auth/me"))
    owner = Person(client=client, email=account.email, id=me["user"]["id"])
    key = body_of(client.get("/api/v1/keys"))["data"][-1]
    assert account.api_key is not None, "the demo was seeded before"
    return Team(app, owner, me["organization"], key["id"], account.api_key)


def furnish(team: Team, name: str = "Sample") -> Things:
    """One of everything, and everything that people name called ``name``; see ``Things``."""
    short, tag = name[:_LONGEST_NAME], name[:_LONGEST_TAG]
    made = {
        "channels": _post(team, "channels", name=short, type="webhook", url=_HOOK),
        # So low that the first call is an alert.
        "budgets": _post(
            team, "budgets", name=short, limit_usd="0.0001",
            scope={"project": name, "tags": {tag: name}},
        ),
        "prices": _post(
            team, "prices/own", provider=name, model=name, note=name,
            rates=[{"class": "input", "unit_price_usd": "2"}],
        ),
        "discounts": _post(team, "discounts", provider=name, percent="7.5", note=name),
        "aliases": _post(
            team, "aliases", provider=name, alias=f"{name[:250]}-alias", model=name, note=name
        ),
    }  # fmt: skip
    _post(team, f"channels/{made['channels']}/test")
    made["queries"] = _calls(team, name, tag)
    made["models"] = f"acme/{escaped(_own_model(name), is_last=True)}"
    _furnish_keys(team, short)
    _furnish_people(team, short)
    return made | {"invitations": team.invite(new_email())}


def _post(team: Team, path: str, **body: object) -> str:
    """Create something; its id."""
    answer = team.owner.client.post(f"/api/v1/{path}", json=body or None)
    assert answer.status_code in (200, 201, 202), (path, answer.text)
    return str(body_of(answer).get("id", ""))


def _calls(team: Team, name: str, tag: str) -> str:
    """Calls of which every text is ``name``, priced, priced by own terms, unpriced and failed."""
    texts = ("project", "environment", "user", "session", "operation", "trace_id", "region")
    fields = dict.fromkeys(texts, name) | {"tags": {tag: name}, "latency_ms": 900}
    first = name[:_LONGEST_ID]
    answer = team.send(
        an_event(**fields, id=first),
        an_event(**fields, provider=name, model=name, provider_usage={name: name}),
        an_event(**fields, provider="acme", model=_own_model(name)),
        an_event(**fields, status="error", error_code=name, usage=None),
    )
    assert (answer["accepted"], answer["rejected"]) == (4, 0), answer
    return quote(first, safe="")


def _own_model(name: str) -> str:
    return f"{name[:250]}-model"


def _furnish_keys(team: Team, name: str) -> None:
    team.new_key("ingest", "read", name=name, expires_at="2099-01-01T00:00:00Z")
    revoked, _ = team.new_key("read", name=name)
    assert team.owner.client.delete(f"/api/v1/keys/{revoked}").status_code in (200, 204)


def _furnish_people(team: Team, name: str) -> None:
    email = new_email()
    sign_up(team.app, email, invitation=team.invite(email, "admin"), name=name)
    team.invite(new_email())
