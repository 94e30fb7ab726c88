"""The page of one model, whatever its name."""

from urllib.parse import quote

import pytest

from tests.http_client import Team, an_event
from tests.integration.http.browsing import Browser
from tests.integration.http.page_calls import CALLS, shown_calls

HOSTILE = ["..", "a/../b", "//x", "100%", "%2F", "a?b#c", "<b>", "a\nb", "=1+1"]


@pytest.fixture(scope="module")
def browser(file_team: Team) -> Browser:
    """The owner's, after the calls have come in."""
    assert file_team.send(*CALLS)["accepted"] == len(CALLS)
    return Browser(file_team.owner.client)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_model_of_any_name_has_a_page_of_its_own(team: Team, name: str) -> None:
    team.send(an_event(provider=f"acme{name}".lower(), model=name))
    browser = Browser(team.owner.client)
    page = browser.open("/dashboard/models")
    (link,) = {each for each in page.links if each.startswith("/dashboard/models/")}
    assert not {".", "..", "%2e", "%2E"} & set(link.split("/"))
    own = browser.open(link)
    assert own.status == 200
    assert "Costliest calls" in own.text
    # Its range picker leads to the same page.
    (longer,) = [each for each in own.links if each.startswith(link) and "days=90" in each]
    assert "Costliest calls" in browser.open(longer).text


def test_a_model_shows_its_totals_its_tokens_its_prices_and_its_calls(browser: Browser) -> None:
    """What the model costs is $12.00225 for the dear call and $0.0021 for the cheap one."""
    page = browser.open("/dashboard/models/anthropic/claude-sonnet-4-5?days=7&model=other")
    assert "$12.00435" in page.html
    assert "input 2,000,200" in page.text
    assert "in force" in page.text
    assert "$3 per 1M" in page.text
    calls = [link for link in page.links if link.startswith("/dashboard/queries/")]
    assert calls[0].startswith("/dashboard/queries/dear?")
    assert 'class="chip"' not in page.html


def test_a_model_without_calls_or_prices_says_so(browser: Browser) -> None:
    page = browser.open("/dashboard/models/acme/nobody/knows")
    assert page.status == 200
    assert "No calls here" in page.text
    assert "The price book has none for this name" in page.text
    assert browser.open(f"/dashboard/models/acme/{'x' * 300}").status == 404


def test_a_refused_range_is_said_on_a_models_page_too(browser: Browser) -> None:
    page = browser.open(f"/dashboard/models/acme/{quote('a?b', safe='')}?from=yesterday")
    assert page.status == 422
    assert "Must be an RFC 3339 time" in page.text


def test_a_batch_price_of_other_days_stands_below_the_ordinary_one(browser: Browser) -> None:
    """Of claude-haiku-4-5 the book has batch prices from a day on, at half of the ordinary ones."""
    text = browser.open("/dashboard/models/anthropic/claude-haiku-4-5").text
    history = text.partition("Prices through time")[2]
    ordinary, batch = history.index("$1 per 1M"), history.index("Only batch, of days of its own")
    assert ordinary < batch < history.index("$0.5 per 1M")


@pytest.mark.parametrize("count", [7, 30])
def test_the_costliest_and_the_slowest_calls_are_the_same_however_many_there_are(
    team: Team, count: int
) -> None:
    """The longer a call's prompt, the quicker it is; every third tells no time."""
    team.send(
        *(
            an_event(
                id=f"n{n:02}",
                usage={"input": n + 1},
                latency_ms=None if n % 3 == 0 else 1000 - n,
            )
            for n in range(count)
        )
    )
    page = Browser(team.owner.client).open("/dashboard/models/anthropic/claude-sonnet-4-5")
    costliest = [f"n{n:02}" for n in range(count - 1, count - 6, -1)]
    slowest = ["n01", "n02", "n04", "n05"]
    rest = "n07" if count > 7 else "n06"
    assert shown_calls(page) == [*costliest, *slowest, rest]
