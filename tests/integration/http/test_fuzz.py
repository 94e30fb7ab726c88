"""Requests made up from the OpenAPI document: no answer is a server error or undocumented.

`FUZZ_EXAMPLES` says how many for each operation and each mode, and `FUZZ_SEED` which ones: 250
make more than ten thousand requests altogether.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from application.notifications.limit_by_hand import LimitByHand
from tests.http_client import (
    PASSWORD,
    Person,
    Team,
    an_event,
    application,
    body_of,
    found,
    log_in,
    new_email,
    sign_up,
)
from tests.http_routes import Route, api_routes

AnyCase = Case[Any]

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "20"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    allow_header_conformance,
    negative_data_rejection,
    unsupported_method,
]
CONFIG = schemathesis.Config.from_dict(
    {
        "generation": {"with-security-parameters": False},
        # More than a thousand events are as wrong as anything, and too large.
        "checks": {
            "negative_data_rejection": {"expected-statuses": [400, 404, 409, 413, 415, 422]}
        },
    }
)
ROUTES = [
    route
    for route in api_routes()
    if route.method != "HEAD" and not route.endpoint.startswith(("reference.", "metrics."))
]


@dataclass(frozen=True, slots=True)
class Target:
    """The application, its description, and somebody who may do anything."""

    app: Flask
    team: Team
    key: str
    schema: Any


@pytest.fixture(scope="module")
def target(file_database_url: str) -> Iterator[Target]:
    with application(file_database_url) as app, pytest.MonkeyPatch.context() as patches:
        # More is sent here than anybody may send by hand in an hour.
        patches.setattr(LimitByHand, "__call__", lambda *_: None)
        _call_from_many_addresses(app)
        team = found(app)
        team.send(an_event(id="known"), an_event(id="a/b", provider_usage={"input_tokens": 1.5}))
        yield Target(
            app=app,
            team=team,
            key=team.new_key("ingest", "read")[1],
            schema=schemathesis.openapi.from_wsgi("/openapi.json", app, config=CONFIG),
        )


Arrangement = Callable[[Target, AnyCase], Person | None]


def _call_from_many_addresses(app: Flask) -> None:
    """Each request from an address of its own, so that none is throttled."""
    inner, numbers = app.wsgi_app, count()

    def from_elsewhere(environ: dict[str, Any], start_response: Any) -> Any:
        return inner(environ | {"REMOTE_ADDR": f"address-{next(numbers)}"}, start_response)

    app.wsgi_app = from_elsewhere  # type: ignore[method-assign]


#: They take nothing that could be wrong.
HARMLESS = {
    "accounts.me",
    "accounts.sign_out",
    "events.show_event",
    "health.health",
}
RUNS = [
    pytest.param(route, mode, id=f"{route} {'as' if mode.is_positive else 'not as'} documented")
    for route in ROUTES
    for mode in GenerationMode
    if mode.is_positive or route.endpoint not in HARMLESS
]


@pytest.mark.parametrize(("route", "mode"), RUNS)
def test_every_answer_is_a_documented_one(
    target: Target, route: Route, mode: GenerationMode
) -> None:
    operation = target.schema[_documented(route.rule)][route.method]
    statuses: Counter[int] = Counter()

    @seed(SEED)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        case=operation.as_strategy(generation_mode=mode),
        is_real=st.sampled_from([True, True, False]),
        is_program=st.booleans(),
    )
    def answer_as_documented(case: AnyCase, *, is_real: bool, is_program: bool) -> None:
        actor: Person | None = None
        if is_real and mode is GenerationMode.POSITIVE:
            actor = make_real(target, route, case)
        answer = case.call(**_credentials(target, route, actor, is_program=is_program))
        statuses[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)

    answer_as_documented()
    print(f"{statuses.total()} requests: {dict(statuses)}")
    assert max(statuses) < 500
    if mode.is_positive:
        assert min(statuses) < 300, "a run in which everything is refused proves nothing"


def _documented(rule: str) -> str:
    for converter in ("uuid:", "event_id:"):
        rule = rule.replace(f"<{converter}", "{")
    return rule.replace(">", "}")


def _credentials(
    target: Target, route: Route, actor: Person | None, *, is_program: bool
) -> dict[str, Any]:
    access = route.access
    if access.takes_key and (is_program or not access.takes_session):
        return {"headers": {"Authorization": f"Bearer {target.key}"}}
    if not access.takes_session:
        return {}
    session = (actor or target.team.owner).session
    if route.endpoint == "accounts.sign_out":
        session = Person(log_in(target.app, target.team.owner.email), "", "").session
    return {"cookies": {"tc_session": session}}


def make_real(target: Target, route: Route, case: AnyCase) -> Person | None:
    """Put what exists into a case in place of what is made up; who shall ask, if not the owner."""
    arrange = ARRANGEMENTS.get(route.endpoint)
    return arrange(target, case) if arrange else None


def _real_sign_up(_: Target, case: AnyCase) -> None:
    case.body = {"email": new_email(), "password": PASSWORD}


def _real_log_in(target: Target, case: AnyCase) -> None:
    case.body = {"email": target.team.owner.email, "password": PASSWORD}


def _real_password(_: Target, case: AnyCase) -> None:
    case.body = {"current_password": PASSWORD, "new_password": PASSWORD}


def _real_onboarding(target: Target, _: AnyCase) -> Person:
    return sign_up(target.app)


def _real_invitation(target: Target, case: AnyCase) -> Person:
    person = sign_up(target.app)
    case.body = {"token": target.team.invite(person.email)}
    return person


def _real_member(target: Target, case: AnyCase) -> None:
    if isinstance(case.body, dict):
        case.body["email"] = target.team.hire("member").email


def _real_invited(target: Target, case: AnyCase) -> None:
    email = new_email()
    target.team.invite(email)
    case.query, case.body = {"email": email}, {}


def _real_key(target: Target, case: AnyCase) -> None:
    case.path_parameters = {"key_id": target.team.new_key("read")[0]}


def _real_key_in_query(target: Target, case: AnyCase) -> None:
    case.query = {"id": target.team.new_key("read")[0]}


def _real_budget(target: Target, case: AnyCase) -> None:
    body = {"name": "Budget", "limit_usd": 10}
    created = target.team.owner.client.post("/api/v1/budgets", json=body)
    case.path_parameters = {"budget_id": body_of(created)["id"]}


def _real_terms(_: Target, case: AnyCase) -> None:
    if isinstance(case.body, dict):
        case.body |= {"name": "Budget", "limit_usd": "10", "timezone": "Asia/Kathmandu"}


def _real_hook(_: Target, case: AnyCase) -> None:
    if isinstance(case.body, dict):
        case.body = dict(HOOK)


def _real_channel(target: Target, case: AnyCase) -> None:
    """One of its own, because there may be only so many."""
    channels = "/api/v1/channels"
    for channel in body_of(target.team.owner.client.get(channels))["data"]:
        target.team.owner.client.delete(f"{channels}/{channel['id']}")
    created = body_of(target.team.owner.client.post(channels, json=HOOK))
    case.path_parameters = {"channel_id": created["id"]}
    if isinstance(case.body, dict):
        case.body = {"name": "Changed"}


def _real_delivery(target: Target, case: AnyCase) -> None:
    _real_channel(target, case)
    path = f"/api/v1/channels/{(case.path_parameters or {})['channel_id']}/test"
    sent = body_of(target.team.owner.client.post(path))
    case.path_parameters = {"delivery_id": sent["id"]}


def _real_reservation(target: Target, case: AnyCase) -> None:
    headers = {"Authorization": f"Bearer {target.key}"}
    reserved = target.app.test_client().post(
        "/api/v1/reservations", json={"estimate_usd": "0.01"}, headers=headers
    )
    case.path_parameters = {"reservation_id": body_of(reserved)["id"]}


def _real_estimate(_: Target, case: AnyCase) -> None:
    if isinstance(case.body, dict):
        case.body |= {"estimate_usd": "0.01", "tags": {}}


def _of_terms(kind: str) -> Arrangement:
    """A body that holds on no day that another one does, and an entry to change or remove."""
    path, body = TERMS[kind]

    def arrange(target: Target, case: AnyCase) -> None:
        unique = {name: new_email() if value is None else value for name, value in body.items()}
        if "entry_id" in (case.path_parameters or {}):
            created = target.team.owner.client.post(path, json=unique)
            case.path_parameters = {"entry_id": body_of(created)["id"]}
            case.body = {"note": "Changed"} if isinstance(case.body, dict) else case.body
        elif isinstance(case.body, dict):
            case.body = unique

    return arrange


#: A public address that needs no looking up; nothing is sent to it here.
HOOK = {"type": "webhook", "name": "Hook", "url": "https://1.1.1.1/"}

#: Where each kind is kept and what it takes; None for a name that is new each time.
TERMS: dict[str, tuple[str, dict[str, Any]]] = {
    "own_prices": (
        "/api/v1/prices/own",
        {
            "provider": "openai",
            "model": None,
            "rates": [{"class": "input", "unit_price_usd": "1"}],
        },
    ),
    "discounts": ("/api/v1/discounts", {"provider": None, "percent": 5}),
    "aliases": ("/api/v1/aliases", {"provider": "azure", "alias": None, "model": "gpt-4o"}),
}


def _real_event(_: Target, case: AnyCase) -> None:
    case.path_parameters = {"event_id": "known"}


def _real_events(_: Target, case: AnyCase) -> None:
    sent = case.body if isinstance(case.body, dict) else {}
    if "events" not in sent:
        case.body = sent | {"timestamp": an_event()["timestamp"]}


ARRANGEMENTS: dict[str, Arrangement] = {
    **{
        f"{kind}.{view}": _of_terms(kind)
        for kind in TERMS
        for view in ("create_entry", "change_entry", "remove_entry")
    },
    "accounts.sign_up": _real_sign_up,
    "accounts.log_in": _real_log_in,
    "accounts.change_password": _real_password,
    "organizations.onboard": _real_onboarding,
    "organizations.accept_invitation": _real_invitation,
    "organizations.change_member": _real_member,
    "organizations.remove_member": _real_invited,
    "keys.revoke_key": _real_key,
    "keys.revoke_key_by_query": _real_key_in_query,
    "budgets.create_budget": _real_terms,
    "budgets.list_periods": _real_budget,
    "budgets.list_versions": _real_budget,
    "budgets.change_budget": _real_budget,
    "budgets.remove_budget": _real_budget,
    "channels.create_channel": _real_hook,
    "channels.change_channel": _real_channel,
    "channels.remove_channel": _real_channel,
    "channels.rotate_secret": _real_channel,
    "deliveries.test_channel": _real_channel,
    "deliveries.list_deliveries": _real_channel,
    "deliveries.resend": _real_delivery,
    "reservations.reserve": _real_estimate,
    "reservations.release": _real_reservation,
    "events.show_event": _real_event,
    "events.ingest": _real_events,
}
