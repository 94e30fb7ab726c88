"""The overview's chart in parts, what changed against the range before, and the page on paper."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.http_client import Team, ago, an_event
from tests.integration.http.browsing import Browser, Page
from tests.integration.http.page_calls import CALLS


@pytest.fixture(scope="module")
def browser(file_team: Team) -> Browser:
    """The owner's, after the calls have come in."""
    assert file_team.send(*CALLS)["accepted"] == len(CALLS)
    return Browser(file_team.owner.client)


def legend(page: Page) -> str:
    found = re.search(r'<ul class="legend".*?</ul>', page.html, re.DOTALL)
    assert found is not None
    seen = re.sub(r'<span class="visually-hidden exact">[^<]*</span>', "", found[0])
    return " ".join(re.sub(r"<[^>]*>", " ", seen).split())


def queries_of(page: Page, word: str) -> list[dict[str, list[str]]]:
    """The query strings of the links that hold ``word``."""
    return [parse_qs(urlsplit(link).query) for link in page.links if word in link]


def apart(name: str) -> str:
    """With a direction of its own, where no element can give it one."""
    return f"\N{FIRST STRONG ISOLATE}{name}\N{POP DIRECTIONAL ISOLATE}"


def test_the_chart_is_stacked_by_provider_with_totals_in_its_legend(browser: Browser) -> None:
    page = browser.open("/dashboard")
    assert "Cost over time by provider" in page.text
    assert legend(page) == "anthropic $12.01 100% acme unknown"
    assert 'class="chart-part series-2"' in page.html
    named = f"{apart('anthropic')}: $12.00505 of $12.00505, 4 calls</title>"
    assert named in page.html


@pytest.mark.parametrize("days", [7, 90])
def test_two_providers_of_one_colour_have_different_patterns_everywhere(
    team: Team, days: int
) -> None:
    names = ("anthropic", "groq", "openai_compatible")
    team.send(*(an_event(provider=name, provider_cost_usd="1") for name in names))
    browser = Browser(team.owner.client)
    page = browser.open(f"/dashboard?days={days}")
    lines, mesh = (f'" fill="url(#look-2-{name})"' for name in ("lines", "mesh"))
    plot = page.html.partition('<svg class="chart-plot">')[2].partition("</svg>")[0]
    for document in (plot, browser.open("/dashboard/chart.svg").html):
        for area in (' series-2"', lines, mesh):
            assert document.count(f'class="chart-part{area}') == 1
        for name in ("lines", "mesh"):
            assert document.count(f'<pattern id="look-2-{name}" class="series-2"') == 1
    parts = page.html.partition('<ul class="legend"')[2].partition("</ul>")[0].split("<li>")[1:]
    fills = [re.search(r"url\(#look-2-(\w+)\)", part) for part in parts]
    assert sorted(fill[1] if fill else "" for fill in fills) == ["", "lines", "mesh"]
    table = browser.open("/dashboard/providers").html
    assert [table.count(area.lstrip('" ')) for area in (lines, mesh)] == [1, 1]


def test_a_bar_too_thin_to_point_at_its_parts_names_them_and_leads_to_all_of_its_calls(
    browser: Browser,
) -> None:
    page = browser.open("/dashboard?days=90&by=model")
    titles = re.findall(r"<title>([^<]*)</title>", page.html)
    (told,) = [title for title in titles if "12.00505" in title]
    assert re.sub("^.*?: ", "", told).splitlines() == [
        "$12.00505, 5 calls",
        f"{apart('claude-sonnet-4-5')}: $12.00435",
        f"{apart('claude-haiku-4-5')}: $0.0007",
    ]
    plot = re.search(r'<svg class="chart-plot">.*?</svg>', page.html, re.DOTALL)
    assert plot is not None
    assert plot[0].count("<a ") == 90
    assert plot[0].count('class="chart-part') == 2
    assert "model=" not in plot[0]
    in_month = browser.open("/dashboard?days=30&by=model")
    assert (
        "model=claude-haiku-4-5" in in_month.html.partition("chart-plot")[2].partition("</svg>")[0]
    )


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("model", "claude-sonnet-4-5 anthropic $12.00"),
        ("project", "no project $12.00"),
        ("user", "ada $12.00"),
        ("operation", "embeddings $0.0021"),
        ("api_key", "Default key $12.01"),
        ("tag.team", "search &amp; find $0.0021"),
    ],
)
def test_the_chart_can_be_stacked_by_any_of_these(browser: Browser, by: str, said: str) -> None:
    assert said in legend(browser.open(f"/dashboard?by={by}"))


def test_the_chart_can_be_one_bar_and_an_unknown_way_is_the_usual_one(browser: Browser) -> None:
    whole = browser.open("/dashboard?by=total")
    assert 'class="legend"' not in whole.html
    assert 'class="chart-bar"' in whole.html
    assert "by provider" in browser.open("/dashboard?by=phase-of-the-moon").text


def test_the_figures_of_the_parts_stand_in_a_table_with_their_totals(browser: Browser) -> None:
    page = browser.open("/dashboard?days=7&by=model")
    table = re.search(r'<div class="table-scroll".*?</table>', page.html, re.DOTALL)
    assert table is not None
    assert table[0].count('<th scope="col"') == 1 + 3 + 1
    assert table[0].count('<th scope="row"') == 7 + 1
    foot = table[0].partition("<tfoot>")[2]
    assert re.findall(r'title="\$([\d.]+)"', foot) == ["12.00435", "0.0007", "12.00505"]
    assert "unknown" in foot


def test_the_way_of_stacking_stays_while_one_looks_around(browser: Browser) -> None:
    page = browser.open("/dashboard?by=project&user=ada")
    assert all(query["by"] == ["project"] for query in queries_of(page, "days=7"))
    assert page.value("by") == "project"
    for query in queries_of(page, "/dashboard/models?"):
        assert query == {"by": ["project"], "user": ["ada"]}
    choices = [query.get("by") for query in queries_of(page, "/dashboard?") if "days" not in query]
    assert ["environment"] in choices


def test_the_parts_lead_to_their_calls_which_have_no_chart(browser: Browser) -> None:
    page = browser.open("/dashboard?by=project")
    found = [query for query in queries_of(page, "/queries?") if "from" in query]
    assert any(query.get("project") == ["checkout"] for query in found)
    assert not any("by" in query for query in found)


def test_a_first_range_says_that_there_is_nothing_to_compare_with(browser: Browser) -> None:
    assert (
        "no calls in the 30 days before: nothing to compare with yet"
        in browser.open("/dashboard").text
    )


def test_two_empty_ranges_say_so(browser: Browser) -> None:
    page = browser.open("/dashboard?user=nobody")
    assert "No calls in this range, and none in the 30 days before." in page.text


def test_nobody_is_offered_to_do_without_a_comparison_that_there_is_not(team: Team) -> None:
    team.send(an_event(timestamp=ago(days=2)))
    browser = Browser(team.owner.client)
    assert "Do not compare" not in browser.open("/dashboard?days=7").text
    team.send(an_event(timestamp=ago(days=9)))
    assert "Do not compare" in browser.open("/dashboard?days=7").text


def test_tags_are_offered_to_stack_the_chart_by(team: Team, add_up: Callable[[], None]) -> None:
    team.send(an_event(tags={"a&b": "x", '"><i>': "y"}))
    browser = Browser(team.owner.client)
    assert "by=tag." not in browser.open("/dashboard").html
    add_up()
    page = browser.open("/dashboard?days=7&user=")
    links = [link for link in page.links if "by=tag." in link]
    assert links == ["/dashboard?days=7&by=tag.%22%3E%3Ci%3E", "/dashboard?days=7&by=tag.a%26b"]
    stacked = browser.open(links[1])
    assert "Cost over time by a&b" in stacked.text
    chosen = [tag for tag, found in stacked.elements if found.get("title") == "a&b"]
    assert chosen == ["summary"]
    # As are tags that nobody has heard of: the address may be older than they are.
    unknown = browser.open("/dashboard?by=tag.none")
    chosen = [tag for tag, found in unknown.elements if found.get("title") == "none"]
    assert chosen == ["summary"]


def test_the_comparison_can_be_left_out_and_taken_up_again(team: Team) -> None:
    team.send(an_event(timestamp=ago(days=9)), an_event(timestamp=ago(days=2)))
    browser = Browser(team.owner.client)
    compared = browser.open("/dashboard?days=7&user=")
    assert "against the 7 days before" in compared.text
    assert "/dashboard?days=7&compare=off" in compared.links
    alone = browser.open("/dashboard?days=7&compare=off")
    assert "the 7 days before" not in alone.text
    assert "What changed" not in alone.text
    assert "Compare with the time before" in alone.text
    assert {"/dashboard?days=7", "/dashboard?days=90&compare=off"} <= set(alone.links)
    assert not [link for link in alone.links if "api/v1/usage" in link and "compare" in link]


def test_a_running_range_says_from_when_to_when_it_is_compared(team: Team) -> None:
    old = an_event(timestamp=ago(days=9), usage=None, provider_cost_usd="3")
    team.send(old, an_event(timestamp=ago(days=2)))
    page = Browser(team.owner.client).open("/dashboard?days=7")
    titles = [found["title"] for tag, found in page.elements if tag == "span" and "title" in found]
    (compared,) = (title for title in titles if title.startswith("$3 in "))
    assert compared.endswith(", 00:00:00"), "up to the first midnight of the seven days"


def test_ranges_with_a_name_say_what_they_are_compared_with(browser: Browser) -> None:
    page = browser.open("/dashboard?range=this_month&user=ada")
    chosen = [found for tag, found in page.elements if tag == "a" and "aria-current" in found]
    assert "/dashboard?range=this_month&user=ada" in [found["href"] for found in chosen]
    assert "the same part of last month" in page.text
    assert "/dashboard?range=last_month&user=ada" in page.links
    assert "the month before" in browser.open("/dashboard?range=last_month").text
    assert "the same part of yesterday" in browser.open("/dashboard?range=today").text


def test_what_rose_and_fell_is_said_with_its_causes(team: Team) -> None:
    """A million tokens cost $1, $3 and $5: 1.1 million cost $1.50 before, 3.1 million $3.30 now.

    Volume is 2 / 1.1 x $1.50 = $2.727; the rest of $1.80 is mix: no price is another one.
    """
    before, now = ago(days=9), ago(days=2)
    team.send(
        an_event(timestamp=before, usage={"input": 1_000_000}, model="claude-haiku-4-5"),
        an_event(timestamp=now, usage={"input": 3_000_000}, model="claude-haiku-4-5"),
        an_event(timestamp=now, usage={"input": 100_000}),
        an_event(timestamp=before, usage={"input": 100_000}, model="claude-opus-4-5"),
    )
    text = Browser(team.owner.client).open("/dashboard?days=7").text
    assert "$1.80 more than the 7 days before: +$2.73 volume, \N{MINUS SIGN}$0.927 mix." in text
    assert "claude-haiku-4-5 anthropic +$2.00 used more $1.00 \N{RIGHTWARDS ARROW} $3.00" in text
    assert "claude-sonnet-4-5 anthropic +$0.30 new" in text
    assert "claude-opus-4-5 anthropic \N{MINUS SIGN}$0.50 no longer used" in text


def test_a_range_that_is_yet_to_end_is_compared_with_as_much_time_as_has_passed(team: Team) -> None:
    """A call of $0.0021 each day: two days and a bit stand beside as much, not beside thirty."""
    team.send(*(an_event(timestamp=ago(days=number, hours=1)) for number in range(20)))
    start, end = ago(days=2), ago(days=-28)
    page = Browser(team.owner.client).open(f"/dashboard?from={start}&to={end}")
    assert "+0.0% against an equally long time before, so far" in page.text
    assert "The same cost as an equally long time before, so far, to the last digit." in page.text
    (export,) = [link for link in page.links if "view=changes" in link and "csv" in link]
    # With thirty days before, it would tell of one model that fell.
    assert len(team.owner.client.get(export).text.splitlines()) == 1


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/providers",
        "/models",
        "/models/anthropic/claude-haiku-4-5",
        "/queries",
        "/prices/unpriced",
    ],
)
def test_on_paper_every_report_says_whose_it_is_and_of_when(
    browser: Browser, file_team: Team, path: str
) -> None:
    page = browser.open(f"/dashboard{path}?tz=Europe/Berlin&from=2026-11-01&to=2199-01-01")
    said = re.search(r'<p class="print-only"[^>]*>([^<]*)</p>', page.html)
    assert said is not None
    assert f"{file_team.organization['name']}: what AI calls cost, 1 Nov 2026" in said[1]
    assert "time zone Europe/Berlin. Figures as of" in said[1]
    # Never later than now, however far the range goes.
    assert said[1].count("2199") == 1
    assert any(
        "css/print.css" in its.get("href", "") for tag, its in page.elements if tag == "link"
    )
