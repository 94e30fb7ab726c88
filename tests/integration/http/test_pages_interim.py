"""What comes at once where the figures take a while, and where it leads on to."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from flask import Flask

from entrypoints.container import Container
from entrypoints.http.app import create_app
from entrypoints.http.longest_address import LONGEST_ADDRESS
from tests.http_client import Team, an_event, found, settings_on
from tests.integration.http.browsing import Browser, Page
from tests.integration.http.test_page_statements import MOST, statements

#: Some 300 calls are more than anybody waits for here, and a part of a fifth is, too.
MOST_AT_ONCE = 40
_OF_A_MOMENT = r'<p class="print-only".*?</p>|data-live="[^"]*"|<datalist.*?</datalist>'
#: No sums are kept of these together.
BOTH = "tag.feature=a&project=checkout"
MODEL = "/dashboard/models/openai/m-1"
ADDED_UP = (
    f"/dashboard?{BOTH}",
    f"/dashboard?by=user&{BOTH}&compare=off",
    "/dashboard?by=provider&tag.feature=a&tz=Asia/Kolkata",
    f"/dashboard/providers?{BOTH}&sort=calls",
    "/dashboard/providers?environment=staging&tz=Asia/Kolkata",
    f"/dashboard/models?{BOTH}",
    f"{MODEL}?{BOTH}",
)
LISTED = (
    "/dashboard/queries?sort=cost&tag.tier=x&tag.feature=b&project=search",
    "/dashboard/queries?sort=latency&tag.tier=none",
)
WHOLE = (
    "/dashboard",
    "/dashboard?days=90&tz=Asia/Kolkata&by=user",
    "/dashboard?tag.feature=a",
    f"/dashboard?user=u-1&{BOTH}",
    f"/dashboard?range=today&{BOTH}",
    f"/dashboard?from=2020-01-01&to=2020-02-01&{BOTH}",
    "/dashboard/providers?tag.feature=a",
    "/dashboard/models?tag.feature=a",
    MODEL,
    f"{MODEL}?tag.feature=a",
    f"{MODEL}?tag.tier=none",
    f"{MODEL}?project=search&environment=staging&operation=chat",
    "/dashboard/queries",
    f"/dashboard/queries?{BOTH}",
    "/dashboard/queries?sort=cost",
    "/dashboard/queries?sort=cost&provider=openai",
    f"/dashboard/queries?search=none&sort=cost&{BOTH}",
)


@pytest.fixture(scope="module")
def app(file_database_url: str) -> Iterator[Flask]:
    """One that lets nobody wait for a few calls."""
    container = Container(settings=settings_on(file_database_url))
    most = {"most_at_once": MOST_AT_ONCE, "most_looked_at": MOST_AT_ONCE}
    container.count_single_calls.add_kwargs(**most)
    yield create_app(container)
    container.engine().dispose()


@pytest.fixture
def browser(busy: Team) -> Browser:
    return Browser(busy.owner.client)


def leads_to(page: Page) -> str | None:
    """Where a browser goes on to by itself at once."""
    for tag, its in page.elements:
        if tag == "meta" and its.get("http-equiv") == "refresh":
            delay, _, address = its["content"].partition("; url=")
            assert delay == "0"
            return address
    return None


def at_once(path: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}at_once=1"


@pytest.mark.parametrize("path", [*ADDED_UP, *LISTED])
def test_what_takes_a_while_comes_without_its_figures_and_leads_to_them(
    browser: Browser, path: str
) -> None:
    page = browser.open(path)
    (address,) = {leads_to(page), *(link for link in page.links if "at_once" in link)}
    assert address is not None
    asked = path.partition("?")[2].replace("/", "%2F")
    assert address == f"?{asked}&at_once=1"
    assert page.html.count("at_once") == 2
    assert page.headers["Cache-Control"] == "no-store"
    assert page.html.count("<h1>") == 1
    assert "hero-amount" not in page.html
    assert "<tbody>" not in page.html
    verb = "Looking through" if path in LISTED else "Adding up"
    assert re.search(rf"{verb} [\d,]+ calls one by one", page.text)

    whole = browser.open(path.partition("?")[0] + address)
    assert whole.status == 200
    assert leads_to(whole) is None
    assert "one by one" not in whole.text


def test_it_says_how_many_calls_are_read(browser: Browser, team: Team) -> None:
    def said(path: str) -> str:
        found = re.search(r"([\d,]+) calls one by one", browser.open(path).text)
        assert found is not None
        return found[1]

    # All 300 are of the last twenty days.
    assert said(f"/dashboard?{BOTH}") == "300"
    assert said(f"/dashboard/models?{BOTH}") == "300"
    assert said("/dashboard/queries?sort=cost&tag.tier=none") == "300"
    weeks = {
        compare: said(f"/dashboard?days=7&{BOTH}{compare}") for compare in ("", "&compare=off")
    }
    assert int(weeks[""]) > int(weeks["&compare=off"]) > MOST_AT_ONCE
    assert team.usage()["totals"]["calls"] == 0, "another organization's are none of them"
    assert leads_to(Browser(team.owner.client).open(f"/dashboard?{BOTH}")) is None


def test_a_model_with_few_known_costs_is_looked_through_meanwhile(team: Team) -> None:
    team.send(*(an_event(model="m", usage=None) for _ in range(MOST_AT_ONCE)))
    team.send(an_event(model="m", provider_cost_usd="1"))
    browser, path = Browser(team.owner.client), "/dashboard/models/anthropic/m"
    assert "Looking through 41 calls" in browser.open(path).text
    whole = browser.open(at_once(path))
    assert leads_to(whole) is None
    assert "No call in this range has a known latency." in whole.text
    assert "No call in this range has a known cost." not in whole.text


def test_a_model_of_which_nothing_is_known_is_not_looked_through(team: Team) -> None:
    team.send(*(an_event(model="m", usage=None) for _ in range(MOST_AT_ONCE + 1)))
    page = Browser(team.owner.client).open("/dashboard/models/anthropic/m")
    assert leads_to(page) is None
    assert "No call in this range has a known cost." in page.text


@pytest.mark.parametrize("path", WHOLE)
def test_what_is_answered_by_sums_or_few_calls_comes_whole(browser: Browser, path: str) -> None:
    assert leads_to(browser.open(path)) is None


@pytest.mark.parametrize("path", [*ADDED_UP, *LISTED, "/dashboard", "/dashboard/queries?sort=cost"])
def test_no_link_takes_it_along_that_figures_were_waited_for(browser: Browser, path: str) -> None:
    page = browser.open(at_once(path))
    assert leads_to(page) is None
    assert "at_once" not in page.html


@pytest.mark.parametrize("path", [*ADDED_UP, *LISTED])
def test_all_that_stands_above_the_figures_is_there_already(browser: Browser, path: str) -> None:
    pages = browser.open(path), browser.open(at_once(path))
    assert len({head_of(page) for page in pages}) == 1


def head_of(page: Page) -> str:
    """All that is shown above figures, but for its moment and what figures suggest to filter by."""
    shown = page.html[page.html.index("<body") :]
    without = re.sub(_OF_A_MOMENT, "", shown, flags=re.DOTALL)
    return re.split(r'<section class="card|<div class="stack" id', without)[0].strip()


def test_a_script_that_follows_calls_is_answered_with_figures(busy: Team) -> None:
    answer = busy.owner.client.get(f"/dashboard?{BOTH}", headers={"If-None-Match": '"another"'})
    assert answer.status_code == 200
    assert "hero-amount" in answer.text


def test_files_and_programs_never_wait_for_a_page(browser: Browser, busy: Team) -> None:
    image = busy.owner.client.get(f"/dashboard/chart.svg?{BOTH}")
    assert image.text.startswith("<svg") or image.text.startswith("<?xml")
    assert busy.usage(**{"tag.feature": "a", "project": "checkout"})["totals"]["calls"] > 0
    page = browser.open(at_once(f"/dashboard/queries?sort=cost&{BOTH}"))
    for link in page.links:
        if "/api/" in link:
            assert busy.owner.client.get(unescape(link)).status_code == 200


def test_a_wrong_range_is_refused_as_ever(browser: Browser) -> None:
    page = browser.open(f"/dashboard?from=2026-02-01&to=2026-01-01&{BOTH}")
    assert page.status == 422
    assert leads_to(page) is None


def test_a_name_cannot_change_where_it_leads(app: Flask) -> None:
    team = found(app)
    name = '0; url=//evil.example"><script>&at_once'
    team.send(*(an_event(project=name, tags={"feature": "a"}) for _ in range(MOST_AT_ONCE + 1)))
    path = "/dashboard?project=0%3B+url%3D%2F%2Fevil.example%22%3E%3Cscript%3E%26at_once"
    page = Browser(team.owner.client).open(f"{path}&tag.feature=a")
    address = leads_to(page)
    assert address == f"{path.removeprefix('/dashboard')}&tag.feature=a&at_once=1"
    assert "<script>&" not in page.html
    assert "hero-amount" in Browser(team.owner.client).open(f"/dashboard{address}").html


@pytest.mark.parametrize("path", [*ADDED_UP, *LISTED, *map(at_once, (*ADDED_UP, *LISTED)), *WHOLE])
@pytest.mark.parametrize("more", ["", "&days=120&tz=Asia/Kathmandu"])
def test_neither_page_asks_the_database_more_often_than_it_may(
    busy: Team, path: str, more: str
) -> None:
    with statements() as sent:
        busy.owner.client.get(path + (more if "?" in path else more.replace("&", "?", 1)))
    assert len(sent) <= MOST, "\n".join(sent)


def test_where_all_calls_are_few_a_list_is_not_looked_for_among_the_first(busy: Team) -> None:
    """Those that pass are sorted straight away."""
    for days, looks in (("range=today", False), ("days=30", True)):
        with statements() as sent:
            busy.owner.client.get(f"/dashboard/queries?{days}&sort=cost&tag.tier=none")
        assert any("AS first" in statement for statement in sent) is looks


def test_an_address_that_could_not_grow_any_longer_waits_for_its_figures(
    browser: Browser,
) -> None:
    path = f"/dashboard?{BOTH}&tag.x="
    longest = LONGEST_ADDRESS - len("&at_once=1")
    for length, leads in ((longest - 10, True), (longest + 1, False)):
        page = browser.open(path + "y" * (length - len(path)))
        assert (leads_to(page) is not None) is leads


def test_where_sums_answer_nothing_more_is_asked(busy: Team) -> None:
    for path in ("/dashboard", "/dashboard/models", "/dashboard/queries?sort=cost"):
        asked = []
        for each in (path, at_once(path)):
            with statements() as sent:
                busy.owner.client.get(each)
            asked.append(len(sent))
        assert asked[0] == asked[1], path
