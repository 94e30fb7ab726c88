"""The table of routes and the routes themselves say the same."""

from collections.abc import Iterator

import pytest
from flask import Flask

from entrypoints.http.access import ROUTES, Access, Who
from tests.http_client import application


@pytest.fixture(scope="module")
def app() -> Iterator[Flask]:
    """An application that connects to nothing."""
    with application("postgresql://nobody@127.0.0.1:1/nothing") as app:
        yield app


def endpoints(app: Flask) -> set[str]:
    return {rule.endpoint for rule in app.url_map.iter_rules()}


def test_every_route_is_in_the_table(app: Flask) -> None:
    assert endpoints(app) - set(ROUTES) == set()


def test_every_row_of_the_table_is_a_route(app: Flask) -> None:
    assert set(ROUTES) - endpoints(app) == set()


def test_a_route_that_takes_keys_names_a_scope_and_no_other_does() -> None:
    assert {name for name, access in ROUTES.items() if access.takes_key} == {
        name for name, access in ROUTES.items() if access.scope is not None
    }


def test_no_page_takes_a_key() -> None:
    assert not any(access.takes_key for access in ROUTES.values() if access.is_page)


def test_only_the_ways_in_and_what_says_nothing_about_anybody_are_open() -> None:
    assert {name for name, access in ROUTES.items() if access.who is Who.ANYONE} == {
        "static",
        "accounts.sign_up",
        "accounts.log_in",
        "health.health",
        "metrics.show",  # which asks for the operator's token itself
        "reference.openapi",
        "reference.docs",
        "pages.accounts.home",
        "pages.accounts.login",
        "pages.accounts.signup",
        "pages.accounts.invitation",
    }


def test_whatever_changes_an_organization_is_for_its_owners_and_admins(app: Flask) -> None:
    of_everybody = {"accounts", "organizations.onboard", "organizations.accept_invitation"}
    changing = {
        rule.endpoint: ROUTES[rule.endpoint]
        for rule in app.url_map.iter_rules()
        if {"POST", "PUT", "PATCH", "DELETE"} & (rule.methods or set())
        and not rule.endpoint.startswith(("accounts.", "pages.accounts."))
        and rule.endpoint not in of_everybody
    }
    of_the_caller = {"pages.settings.change_password", "pages.theme.choose"}
    others = {
        name
        for name, access in changing.items()
        if access.who not in (Who.MANAGER, Who.KEY) and name not in of_the_caller
    }
    assert others == set()


@pytest.mark.parametrize("path", ["/api/v2/keys", "/api/", "/v1/nothing"])
def test_an_unknown_path_of_the_api_is_a_problem_document(app: Flask, path: str) -> None:
    answer = app.test_client().get(path)
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"


def test_a_route_outside_the_table_answers_nobody() -> None:
    with application("postgresql://nobody@127.0.0.1:1/nothing") as app:
        app.add_url_rule("/api/forgotten", "forgotten", view_func=lambda: "everybody's secrets")
        answer = app.test_client().get("/api/forgotten")
    assert answer.status_code == 404
    assert "secrets" not in answer.text


def test_an_access_of_both_kinds_is_told_from_one_of_a_key_alone() -> None:
    assert Access(Who.MEMBER_OR_KEY).takes_session
    assert not Access(Who.KEY).takes_session
