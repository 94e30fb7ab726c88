"""Every route of the API against everybody who may knock: exactly the declared ones get in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from domain.api_key import Scope
from entrypoints.http.access import Access, Who
from tests.http_client import (
    EVENTS,
    Team,
    ago,
    an_event,
    bearer,
    body_of,
    found,
    log_in,
    new_email,
    post,
    problem_of,
    sign_up,
)
from tests.http_routes import A_RANDOM_ID, Route, api_routes

A_WELL_FORMED_KEY = "tc_live_0000000000000000000000000000001DLULg"
SESSION = {Who.USER: 1, Who.MEMBER: 2, Who.MEMBER_OR_KEY: 2, Who.MANAGER: 3}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who knocks. ``rank``: 0 no session, 1 a user, 2 a member, 3 an owner or admin.

    ``scopes`` None means that no key is presented, and an empty set a key that is not usable.
    """

    email: str | None = None
    rank: int = 0
    key: str | None = None
    scopes: frozenset[Scope] | None = None
    cookies: dict[str, str] = field(default_factory=dict)

    def knocks(self, app: Flask) -> FlaskClient:
        client = log_in(app, self.email) if self.email else app.test_client()
        for name, value in self.cookies.items():
            client.set_cookie(name, value)
        return client

    def may(self, access: Access) -> int | None:
        """None when the route lets this actor in, or the status of the refusal."""
        if access.who is Who.ANYONE:
            return None
        if access.who is Who.KEY or (access.who is Who.MEMBER_OR_KEY and self.key is not None):
            if not self.scopes:
                return 401
            return None if access.scope in self.scopes else 403
        if self.rank == 0:
            return 401
        return None if self.rank >= SESSION[access.who] else 403


INGEST, READ = frozenset({Scope.INGEST}), frozenset({Scope.READ})
UNUSABLE: frozenset[Scope] = frozenset()


@pytest.fixture(scope="module")
def cast(app: Flask, file_database_url: str) -> dict[str, Actor]:
    """Everybody, each prepared once."""
    team = found(app)
    owner, removed = team.owner.email, team.hire("member").email
    gone = team.owner.client.delete("/api/v1/members", query_string={"email": removed})
    assert gone.status_code == 204
    other = found(team.app, "Other")
    return {
        "nobody": Actor(),
        "a user without an organization": Actor(sign_up(team.app).email, 1),
        "a member": Actor(team.hire("member").email, 2),
        "an admin": Actor(team.hire("admin").email, 3),
        "an owner": Actor(owner, 3),
        "another organization's owner": Actor(other.owner.email, 3),
        "a removed member": Actor(removed, 1),
        "somebody signed out": Actor(cookies={"tc_session": signed_out_session(team)}),
        "somebody who made a session up": Actor(cookies={"tc_session": "made-up"}),
        "a session in place of a key": Actor(key=team.owner.session, scopes=UNUSABLE),
        "a key in place of a session": Actor(cookies={"tc_session": team.key}),
        "a key that ingests": Actor(key=team.new_key("ingest")[1], scopes=INGEST),
        "a key that reads": Actor(key=team.new_key("read")[1], scopes=READ),
        "a key that does both": Actor(key=team.new_key("ingest", "read")[1], scopes=INGEST | READ),
        "a revoked key": Actor(key=revoked_key(team), scopes=UNUSABLE),
        "an expired key": Actor(key=expired_key(team, file_database_url), scopes=UNUSABLE),
        "a garbled key": Actor(key=team.key[:-1] + "!", scopes=UNUSABLE),
        "an unknown key": Actor(key=A_WELL_FORMED_KEY, scopes=UNUSABLE),
        "an owner with an unknown key": Actor(owner, 3, A_WELL_FORMED_KEY, UNUSABLE),
        "an owner with a key that ingests": Actor(owner, 3, team.key, INGEST),
    }


ACTORS = [
    "nobody",
    "a user without an organization",
    "a member",
    "an admin",
    "an owner",
    "another organization's owner",
    "a removed member",
    "somebody signed out",
    "somebody who made a session up",
    "a session in place of a key",
    "a key in place of a session",
    "a key that ingests",
    "a key that reads",
    "a key that does both",
    "a revoked key",
    "an expired key",
    "a garbled key",
    "an unknown key",
    "an owner with an unknown key",
    "an owner with a key that ingests",
]


def signed_out_session(team: Team) -> str:
    client = log_in(team.app, team.owner.email)
    cookie = client.get_cookie("tc_session")
    assert cookie is not None
    assert client.post("/api/auth/signout").status_code == 204
    return cookie.value


def revoked_key(team: Team) -> str:
    key_id, secret = team.new_key("ingest", "read")
    assert team.owner.client.delete(f"/api/v1/keys/{key_id}").status_code == 204
    return secret


def expired_key(team: Team, database_url: str) -> str:
    key_id, secret = team.new_key("ingest", "read", expires_at=ago(days=-1))
    with psycopg.connect(database_url) as connection:
        past = "UPDATE api_keys SET expires_at = now() - interval '1 second' WHERE id = %s"
        connection.execute(past, [key_id])
    return secret


@pytest.mark.parametrize("who", ACTORS)
@pytest.mark.parametrize("route", api_routes(), ids=str)
def test_exactly_those_whom_the_table_names_get_in(
    app: Flask, cast: dict[str, Actor], route: Route, who: str
) -> None:
    actor = cast[who]
    headers = bearer(actor.key) if actor.key else {}
    # A body without fields passes nothing but the door.
    answer = actor.knocks(app).open(route.path, method=route.method, json={}, headers=headers)
    refusal = actor.may(route.access)
    if refusal is None:
        assert answer.status_code not in (401, 403), answer.text
        assert answer.status_code < 500
    else:
        assert answer.status_code == refusal, answer.text
        assert route.method == "HEAD" or problem_of(answer, refusal)


def test_the_cast_is_the_one_that_is_listed(cast: dict[str, Actor]) -> None:
    assert list(cast) == ACTORS


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic dXNlcjpwYXNz",
        "{key}",
        "Token {key}",
        "Bearer {key} {key}",
        "Bearer {key},",
        "Bearer \u00e9",
        "Bearer ' OR '1'='1",
        "Bearer " + "a" * 5000,
    ],
)
def test_only_a_whole_key_as_bearer_is_a_key(team: Team, authorization: str) -> None:
    header = {"Authorization": authorization.format(key=team.key)}
    answer = team.app.test_client().post(EVENTS, json=an_event(), headers=header)
    assert problem_of(answer, 401)["code"] == "invalid_api_key"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_key_in_the_address_is_no_key(team: Team) -> None:
    client = team.app.test_client()
    for name in ("api_key", "key", "token", "access_token"):
        answer = client.post(EVENTS, query_string={name: team.key}, json=an_event())
        assert problem_of(answer, 401)


def test_a_key_is_refused_from_its_revocation_on(team: Team) -> None:
    key_id, secret = team.new_key("ingest")
    assert post(team.app, an_event(), secret).status_code == 200
    assert team.owner.client.delete(f"/api/v1/keys?id={key_id}").status_code == 204
    assert problem_of(post(team.app, an_event(), secret), 401)["code"] == "invalid_api_key"


def test_a_member_who_is_removed_is_out_at_the_next_request(team: Team) -> None:
    member = team.hire("member")
    assert member.client.get("/api/v1/usage").status_code == 200
    team.owner.client.delete("/api/v1/members", json={"email": member.email})
    assert problem_of(member.client.get("/api/v1/usage"), 403)["code"] == "not_onboarded"


def test_an_admin_who_becomes_a_member_loses_the_rights_at_once(team: Team) -> None:
    admin = team.hire("admin")
    assert admin.client.post("/api/v1/keys", json={"name": "One"}).status_code == 201
    change = {"email": admin.email, "role": "member"}
    assert team.owner.client.patch("/api/v1/members", json=change).status_code == 200
    answer = admin.client.post("/api/v1/keys", json={"name": "Two"})
    assert problem_of(answer, 403)["code"] == "role_required"


@pytest.mark.parametrize("role", ["owner", "admin", "member"])
def test_a_member_cannot_promote_themselves(team: Team, role: str) -> None:
    member = team.hire("member")
    change = {"email": member.email, "role": role}
    answer = member.client.patch("/api/v1/members", json=change)
    assert problem_of(answer, 403)["code"] == "role_required"
    assert body_of(member.client.get("/api/auth/me"))["role"] == "member"


def test_an_admin_neither_makes_nor_unmakes_an_owner(team: Team) -> None:
    admin = team.hire("admin")
    asked = admin.client
    refused = [
        asked.patch("/api/v1/members", json={"email": admin.email, "role": "owner"}),
        asked.patch("/api/v1/members", json={"email": team.owner.email, "role": "member"}),
        asked.post("/api/v1/members", json={"email": new_email(), "role": "owner"}),
        asked.delete("/api/v1/members", json={"email": team.owner.email}),
    ]
    assert [problem_of(answer, 403)["code"] for answer in refused] == ["role_required"] * 4
    assert body_of(team.owner.client.get("/api/auth/me"))["role"] == "owner"


def test_the_last_owner_stays_owner(team: Team) -> None:
    asked, email = team.owner.client, team.owner.email
    demoted = asked.patch("/api/v1/members", json={"email": email, "role": "admin"})
    removed = asked.delete("/api/v1/members", json={"email": email})
    assert [problem_of(answer, 409)["code"] for answer in (demoted, removed)] == ["last_owner"] * 2


ForeignRequest = Callable[[FlaskClient, str], object]


@dataclass(frozen=True, slots=True)
class Reach:
    """A request for something by its id, and where a team's own id of that kind comes from."""

    method: str
    path: str
    id_of: Callable[[Team], str]
    random_id: str = A_RANDOM_ID
    body: Mapping[str, object] | None = None


def _budget(team: Team) -> str:
    body = {"name": "CANARY budget", "limit_usd": "1"}
    return str(body_of(team.owner.client.post("/api/v1/budgets", json=body))["id"])


def _event(team: Team) -> str:
    event = an_event(id="a-known-id", project="CANARY project")
    assert team.send(event)["accepted"] == 1
    return "a-known-id"


ENTRIES: dict[str, dict[str, object]] = {
    "/api/v1/prices/own": {
        "provider": "openai",
        "model": "CANARY-model",
        "rates": [{"class": "input", "unit_price_usd": "2"}],
    },
    "/api/v1/discounts": {"provider": "openai", "percent": 10, "note": "CANARY discount"},
    "/api/v1/aliases": {"provider": "azure", "alias": "CANARY-alias", "model": "gpt-4o"},
}


def _entry(path: str) -> Callable[[Team], str]:
    def enter(team: Team) -> str:
        answer = team.owner.client.post(path, json=ENTRIES[path])
        assert answer.status_code == 201, answer.text
        return str(body_of(answer)["id"])

    return enter


REACHES = {
    **{
        f"{act} in {path}": Reach(method, f"{path}/{{}}", _entry(path), body=body)
        for path in ENTRIES
        for act, method, body in (
            ("remove an entry", "DELETE", None),
            ("change an entry", "PATCH", {"note": "mine"}),
        )
    },
    "revoke a key": Reach("DELETE", "/api/v1/keys/{}", lambda team: team.key_id),
    "revoke a key by query": Reach("DELETE", "/api/v1/keys?id={}", lambda team: team.key_id),
    "change a budget": Reach(
        "PATCH", "/api/v1/budgets/{}", _budget, body={"name": "Mine", "limit_usd": "2"}
    ),
    "delete a budget": Reach("DELETE", "/api/v1/budgets/{}", _budget),
    "see an event": Reach("GET", "/api/v1/events/{}", _event),
    "remove a member": Reach(
        "DELETE", "/api/v1/members?email={}", lambda team: team.owner.email, "nobody@example.com"
    ),
}


@pytest.mark.parametrize("reach", REACHES.values(), ids=REACHES.keys())
def test_what_belongs_to_others_looks_like_what_does_not_exist(
    app: Flask, team: Team, reach: Reach
) -> None:
    theirs, intruder = reach.id_of(team), found(app, "Intruder").owner.client
    answers = [
        intruder.open(
            reach.path.format(wanted),
            method=reach.method,
            json=reach.body,
            headers={"X-Request-Id": "the-same"},
        )
        for wanted in (theirs, reach.random_id)
    ]
    assert problem_of(answers[0], 404)["code"] == "not_found"
    assert answers[0].data == answers[1].data
    assert dict(answers[0].headers) == dict(answers[1].headers)


def test_a_stranger_cannot_change_a_members_role(app: Flask, team: Team) -> None:
    intruder = found(app, "Intruder").owner.client
    answers = [
        intruder.patch("/api/v1/members", json={"email": email, "role": "member"})
        for email in (team.owner.email, "nobody@example.com")
    ]
    assert [problem_of(answer, 404)["code"] for answer in answers] == ["not_found"] * 2


def test_no_list_or_report_shows_anything_of_others(app: Flask, team: Team) -> None:
    _event(team)
    _budget(team)
    for path in ENTRIES:
        _entry(path)(team)
    team.send(an_event(id="unknown", model="CANARY-unknown"))
    team.new_key("read", name="CANARY key")
    team.invite("canary@example.com")
    intruder = found(app, "Intruder").owner.client
    filters = f"?api_key={team.key_id}&project=CANARY%20project"
    for path in (
        "/api/v1/keys",
        "/api/v1/budgets",
        *ENTRIES,
        "/api/v1/unpriced",
        "/api/v1/prices?provider=openai&model=CANARY-model",
        "/api/v1/members",
        "/api/v1/usage",
        "/api/v1/usage?view=providers",
        "/api/v1/usage?view=models",
        "/api/v1/usage?view=queries",
        "/api/v1/usage?view=queries&format=csv",
        "/api/v1/usage?group_by=project",
        f"/api/v1/usage{filters}",
        "/api/auth/me",
    ):
        answer = intruder.get(path)
        assert answer.status_code == 200, path
        assert "canary" not in answer.text.lower(), path
        assert "0.0021" not in answer.text, path
        assert team.key_id not in answer.text, path


def test_the_same_event_id_is_free_for_every_organization(app: Flask, team: Team) -> None:
    other = found(app, "Other")
    assert team.send(an_event(id="shared", project="ours"))["accepted"] == 1
    assert other.send(an_event(id="shared", project="theirs"))["accepted"] == 1
    assert team.event("shared")["project"] == "ours"
    assert other.event("shared")["project"] == "theirs"
