"""How many SQL statements a page costs: few, however much there is to show."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import Engine, event

from tests.http_client import Team, an_event, sign_up
from tests.integration.pages.addresses import Address, Visitor, addresses
from tests.integration.pages.furnished import Things, furnish

#: The look-up of the session is one.
MOST = 8
#: Whether the price book is still the one in force is asked every few seconds by whoever comes.
BY_THE_CLOCK = "FROM price_books"
#: A range without a call.
LONG_AGO = "from=2020-01-01&to=2020-01-07"
#: Each of them furnishes an organization once more: what grows with the rows would show.
ROUNDS = ("First", "Second", "Third", "Fourth")


@contextmanager
def statements() -> Iterator[list[str]]:
    """What a page sends to the database, by any engine of this process, until the context ends."""
    seen: list[str] = []

    def note(*args: object) -> None:
        if BY_THE_CLOCK not in str(args[2]):
            seen.append(str(args[2]))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.fixture
def pages(team: Team) -> list[Address]:
    """Of an organization that has several of everything."""
    for name in ROUNDS:
        things = furnish(team, name)
    return [
        *addresses(things),
        *_reports(team, things),
        *(
            Address(f"unfinished filter {path}", f"/dashboard{path}?add=tag.&{LONG_AGO}")
            for path in ("", "/models", "/queries")
        ),
        Address("all filters", "/dashboard/queries?project=First&user=First&tag.First=First"),
        *(
            Address(f"by {by} over {days} days", f"/dashboard?by={by}&days={days}")
            for by in ("user", "tag.First", "model")
            for days in (30, 90, 365)
        ),
        Address("a price", "/dashboard/prices?model=gpt-4o"),
    ]


def _reports(team: Team, things: Things) -> list[Address]:
    """Each of them with filters, without calls, and both."""
    paths = ("", "/providers", "/models", f"/models/{things['models']}", "/queries")
    filters = (f"api_key={team.key_id}", "tag.First=First", "project=First&by=api_key")
    queries = (*filters, *(f"{each}&{LONG_AGO}" for each in ("", *filters)))
    return [
        Address(f"{path} {query}", f"/dashboard{path}?{query}")
        for path in (*paths, "/prices/unpriced")
        for query in queries
    ]


def test_no_page_asks_the_database_more_often_than_it_may(
    app: Flask, team: Team, pages: list[Address]
) -> None:
    clients = {
        Visitor.STRANGER: app.test_client(),
        Visitor.NEWCOMER: sign_up(app).client,
        Visitor.OWNER: team.owner.client,
    }
    asked: dict[str, list[str]] = {}
    for page in pages:
        with statements() as asked[page.name]:
            answer = clients[page.visitor].get(page.path)
        assert answer.status_code == page.status, page
    for name, sent in sorted(asked.items(), key=lambda item: -len(item[1])):
        print(f"{len(sent):3} {name}")
    too_many = {n: sent for n, sent in asked.items() if len(sent) > MOST}
    assert not too_many, "\n\n".join("\n".join((name, *sent)) for name, sent in too_many.items())


def test_the_page_of_a_model_may_no_more_often_where_costs_and_latencies_are_not_known(
    team: Team,
) -> None:
    """Then the costliest and the slowest calls are not all among those that have either."""
    team.send(*(an_event(model="m", provider="acme", usage=None) for _ in range(40)))
    team.send(an_event(model="m", provider="acme", provider_cost_usd="1", latency_ms=9))
    with statements() as sent:
        page = team.owner.client.get(
            f"/dashboard/models/acme/m?days=90&api_key={team.key_id}&tz=Asia/Kathmandu"
        )
    assert page.text.count("unpriced</span>") == 8, "one of five is priced, in either list"
    assert len(sent) <= MOST, "\n".join(sent)


def test_what_a_page_asks_is_counted(app: Flask, team: Team) -> None:
    with statements() as sent:
        team.send(an_event())
    assert any("INSERT" in statement or "COPY" in statement for statement in sent)
    with statements() as sent:
        app.test_client().get("/login")
    assert sent == []
