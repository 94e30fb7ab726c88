"""What an open page asks every few seconds, and what it is answered."""

import pytest

from tests.http_client import Team, ago, an_event
from tests.integration.http.test_page_statements import statements

PAGES = ("/dashboard", "/dashboard/queries", "/dashboard?days=7&provider=anthropic&tz=Asia/Kolkata")
#: One of them looks up the session.
STATEMENTS = 2


@pytest.fixture
def team(team: Team) -> Team:
    """One with a call."""
    team.send(an_event())
    return team


def version_of(team: Team, path: str) -> str:
    answer = team.owner.client.get(path)
    version = answer.headers["ETag"]
    assert f"data-live={version}" in answer.text
    return version


def ask(team: Team, path: str, version: str) -> int:
    """The status that a page which shows ``version`` is answered with."""
    return team.owner.client.get(path, headers={"If-None-Match": version}).status_code


@pytest.mark.parametrize("path", PAGES)
def test_as_long_as_nothing_comes_in_there_is_nothing_to_show(team: Team, path: str) -> None:
    version = version_of(team, path)
    assert ask(team, path, version) == 304
    team.send(an_event(timestamp=ago(seconds=1)))
    assert ask(team, path, version) == 200
    assert ask(team, path, version_of(team, path)) == 304


def test_a_call_that_does_not_pass_the_filters_changes_nothing(team: Team) -> None:
    path = "/dashboard/queries?provider=anthropic"
    version = version_of(team, path)
    team.send(an_event(provider="openai", model="gpt-4o"))
    assert ask(team, path, version) == 304


def test_an_unpriced_call_is_new_too(team: Team) -> None:
    version = version_of(team, "/dashboard")
    team.send(an_event(provider="acme", model="no-such-model"))
    assert ask(team, "/dashboard", version) == 200


@pytest.mark.parametrize("path", PAGES)
def test_asking_takes_one_statement_beside_the_session(team: Team, path: str) -> None:
    version = version_of(team, path)
    with statements() as sent:
        assert ask(team, path, version) == 304
    assert len(sent) == STATEMENTS, "\n".join(sent)


def test_asking_does_not_lengthen_a_session(team: Team) -> None:
    version = version_of(team, "/dashboard")
    with statements() as sent:
        answer = team.owner.client.get("/dashboard", headers={"If-None-Match": version})
    assert "Set-Cookie" not in answer.headers
    assert all(statement.startswith("SELECT") for statement in sent)


@pytest.mark.parametrize(
    "path",
    [
        "/dashboard?from=2026-01-01&to=2026-01-31",
        "/dashboard/queries?from=2026-01-01&to=2026-01-31",
        "/dashboard/queries?sort=cost",
        "/dashboard/queries?search=nothing",
        "/dashboard/models",
    ],
)
def test_a_page_on_which_nothing_new_can_appear_has_no_version(team: Team, path: str) -> None:
    answer = team.owner.client.get(path)
    assert answer.status_code == 200
    assert "ETag" not in answer.headers
    assert "data-live=" not in answer.text
    assert "js/live.js" not in answer.text
