"""Channels, alerts and the page of a budget, through a browser."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest

from application.ports.unit_of_work import UnitsOfWork
from entrypoints.container import Container
from tests.http_client import Team, ago, an_event, body_of, log_in, settings_on
from tests.integration.http.browsing import Browser

CHANNELS, ALERTS, BUDGETS = "/dashboard/channels", "/dashboard/alerts", "/dashboard/budgets"
HOOK = {"name": "Finance", "type": "webhook", "url": "https://1.1.1.1/hook", "address": ""}


@pytest.fixture
def owner(team: Team) -> Browser:
    return Browser(team.owner.client)


@pytest.fixture
def units(file_database_url: str) -> Iterator[UnitsOfWork]:
    """What the worker writes with."""
    container = Container(settings=settings_on(file_database_url))
    yield container.units_of_work()
    container.engine().dispose()


def a_channel(owner: Browser) -> str:
    """Its address."""
    assert owner.submit(f"{CHANNELS}/new", **HOOK).status == 201
    (link,) = [each for each in owner.open(CHANNELS).links if each.startswith(f"{CHANNELS}/0")]
    return link


def a_budget(team: Team, **fields: object) -> str:
    """Its address."""
    body = {"name": "Trial", "limit_usd": "0.004", "forecast_thresholds": [], **fields}
    answer = team.owner.client.post("/api/v1/budgets", json=body)
    assert answer.status_code == 201, answer.text
    return f"{BUDGETS}/{body_of(answer)['id']}"


def test_a_webhooks_secret_is_shown_once_and_replaced(owner: Browser) -> None:
    assert "No channels yet" in owner.open(CHANNELS).text
    made = owner.submit(f"{CHANNELS}/new", **HOOK)
    assert (made.status, made.texts["secret"][:6]) == (201, "whsec_")
    (path,) = [each for each in made.links if each.startswith(f"{CHANNELS}/0")]
    assert made.texts["secret"] not in owner.open(path).html
    rotated = owner.submit(f"{path}/rotate", on=path)
    assert rotated.status == 201
    assert rotated.texts["secret"] != made.texts["secret"]
    assert "The one before signs too" in rotated.text


def test_who_deletes_a_channel_reads_which_budgets_count_on_it(team: Team, owner: Browser) -> None:
    path = a_channel(owner)
    budget = a_budget(team, name="Checkout", channel_ids=[path.rpartition("/")[2]])
    a_budget(team, name="All of it")
    question = owner.open(path).text
    assert "Budgets that name it: Checkout." in question
    assert "Without it, alerts of these go to nobody: Checkout." in question
    assert "go to nobody" not in owner.open(budget).text
    owner.submit(f"{path}/switch", on=path, enabled="no")
    assert "Its alerts go to nobody" in owner.open(budget).text
    assert "no channel that is on is ticked" in owner.open(f"{budget}/edit").text
    owner.submit(f"{path}/remove", on=path)
    assert "Its alerts go to nobody" in owner.open(budget).text
    assert "Set one up" in owner.open(f"{budget}/edit").text
    terms = {"name": "Still nobody", "limit_usd": "1", "period": "day", "timezone": "UTC"}
    chosen = {"enforcement": "alert", "unpriced": "block"}
    form = owner.open(f"{budget}/edit")
    saved = owner.submit(f"{budget}/edit", **terms | chosen, channels=form.value("channels"))
    assert saved.status == 303
    found = body_of(team.owner.client.get("/api/v1/budgets"))
    assert [each["channel_ids"] for each in found["data"]] == [[], None]


def test_a_test_and_a_resent_delivery_are_seen_on_the_channels_page(owner: Browser) -> None:
    path = a_channel(owner)
    assert "Nothing sent yet" in owner.open(path).text
    assert owner.submit(f"{path}/test", on=path).location == f"{path}?notice=test-sent"
    page = owner.open(path)
    assert "A test" in page.text
    assert "on its way" in page.text
    assert f"{path}/resend" not in page.forms


@pytest.mark.parametrize("notice", ["test-sent", "test-pending", "resent"])
def test_what_was_said_of_a_test_is_still_true_after_its_outcome(
    team: Team, owner: Browser, units: UnitsOfWork, notice: str
) -> None:
    path = a_channel(owner)
    owner.submit(f"{path}/test", on=path)
    assert "is on its way" not in owner.open(f"{path}?notice={notice}").text
    with units() as uow:
        organization_id = team.organization["id"]
        (test,) = uow.deliveries.of_channel(organization_id, path.rpartition("/")[2])
        uow.deliveries.update(organization_id, test.delivered(datetime.now(UTC), 200))
        uow.commit()
    page = owner.open(f"{path}?notice={notice}").text
    assert "stands below" in page
    assert "delivered" in page
    assert "on its way" not in page.replace("was on its way already", "")


def test_what_is_tried_again_later_may_be_tried_now_and_nothing_that_is_under_way(
    team: Team, owner: Browser, units: UnitsOfWork
) -> None:
    path = a_channel(owner)
    a_budget(team)
    team.send(an_event(), an_event())
    assert "Try now" not in owner.open(path).text
    for away in (False, True):
        with units() as uow:
            (delivery, *_) = uow.deliveries.of_channel(
                team.organization["id"], path.rpartition("/")[2]
            )
            begun = delivery.begun()
            after = begun.failed(datetime.now(UTC), "It is away.") if away else begun
            uow.deliveries.update(team.organization["id"], after)
            uow.commit()
        assert ("Try now" in owner.open(path).text) is away
    tried = owner.submit(f"{path}/resend", on=path, delivery=delivery.id)
    assert tried.location == f"{path}?notice=resent"
    assert "Try now" not in owner.open(path).text


def test_a_channel_gets_another_name_and_address_and_keeps_its_secret(
    owner: Browser, team: Team, units: UnitsOfWork
) -> None:
    path = a_channel(owner)
    form = owner.open(f"{path}/edit")
    assert (form.value("name"), form.value("url")) == ("Finance", HOOK["url"])
    edited = owner.submit(f"{path}/edit", name="On call", url="https://1.1.1.1/other")
    assert edited.location == f"{path}?notice=channel-changed"
    page = owner.open(path).text
    assert "On call" in page
    assert "https://1.1.1.1/other" in page
    refused = owner.submit(f"{path}/edit", name=" ", url="http://169.254.169.254/")
    assert (refused.status, refused.error("url")[:21]) == (422, "Must lead to the inte")
    assert "https://1.1.1.1/other" in owner.open(path).text
    with units() as uow:
        (kept,) = uow.channels.list(team.organization["id"])
    assert kept.secret is not None


def test_the_address_of_a_slack_webhook_stays_unless_another_one_is_typed(owner: Browser) -> None:
    url = "https://hooks.slack.com/services/T000/B000/abcdefgh"
    assert owner.submit(f"{CHANNELS}/new", **{**HOOK, "type": "slack", "url": url}).status == 303
    (path,) = [each for each in owner.open(CHANNELS).links if each.startswith(f"{CHANNELS}/0")]
    form = owner.open(f"{path}/edit")
    assert "abcd" not in form.html
    assert "stays https://hooks.slack.com/…efgh" in form.text
    assert owner.submit(f"{path}/edit", name="Team", url="").status == 303
    assert "Slack to https://hooks.slack.com/…efgh" in owner.open(path).text
    assert owner.submit(f"{path}/edit", name="Team", url=f"{url}1234").status == 303
    assert "…1234" in owner.open(path).text


def test_a_channel_is_switched_off_and_on_and_deleted(owner: Browser) -> None:
    path = a_channel(owner)
    off = owner.submit(f"{path}/switch", on=path, enabled="no")
    assert off.location == f"{path}?notice=channel-disabled"
    page = owner.open(path)
    assert "It is off since" in page.text
    assert f"{path}/test" not in page.forms
    on = owner.submit(f"{path}/switch", on=path, enabled="yes")
    assert on.location == f"{path}?notice=channel-enabled"
    assert owner.submit(f"{path}/remove", on=path).location == f"{CHANNELS}?notice=channel-removed"
    assert owner.open(path).status == 404


@pytest.mark.parametrize(
    ("fields", "wrong", "said"),
    [
        ({"name": " "}, "name", "Must not be empty."),
        (
            {"url": "http://169.254.169.254/"},
            "url",
            (
                "Must lead to the internet, not into a private or reserved network, unless the"
                " operator opens that one by WEBHOOK_ALLOWED_NETWORKS."
            ),
        ),
        ({"url": "nonsense"}, "url", "Must"),
        ({"type": "slack"}, "url", "Must be an incoming webhook of Slack"),
        ({"type": "email", "address": "lead@example.com"}, "type", "Needs a mail server"),
        ({"type": "email", "address": "lead"}, "address", "Must be an e-mail address."),
    ],
)
def test_what_is_wrong_with_a_channel_is_said_beside_its_field(
    owner: Browser, fields: dict[str, str], wrong: str, said: str
) -> None:
    page = owner.submit(f"{CHANNELS}/new", **HOOK | fields)
    assert page.status == 422
    assert page.error(wrong).startswith(said)


def test_alerts_stand_with_where_they_went(team: Team, owner: Browser) -> None:
    assert "No alerts" in owner.open(ALERTS).text
    a_channel(owner)
    path = a_budget(team)
    team.send(an_event(), an_event())
    text = owner.open(ALERTS).text
    assert re.search(r"Trial reached 100% [^$]{5,40} \$0\.0042 of \$0\.004", text)
    assert "Finance on its way" in text
    assert "Times in UTC." in text
    assert path in owner.open(ALERTS).links


def test_a_budgets_page_tells_its_past_its_versions_and_what_drives_it(
    team: Team, owner: Browser
) -> None:
    path = a_budget(team, enforcement="block")
    team.send(an_event(project="checkout"), an_event(project="search"))
    team.owner.client.patch(f"/api/v1{path.removeprefix('/dashboard')}", json={"limit_usd": "0.01"})
    text = owner.open(path).text
    assert "$0.0042 of $0.01 this month" in text
    assert "blocks ok" in text.replace("warning", "ok")
    assert "What drives it, by project checkout $0.0021 search $0.0021" in text
    assert "Version 2: $0.01 a month" in text
    assert "Version 1: $0.004 a month" in text
    assert "reached 100% $0.0042 of $0.004" in text


def test_what_a_budget_counted_once_stays_when_its_scope_is_another(
    team: Team, owner: Browser, file_database_url: str
) -> None:
    path = a_budget(team, period="day", scope={"project": "checkout"})
    api = f"/api/v1{path.removeprefix('/dashboard')}"
    team.send(*(an_event(project="checkout", timestamp=ago(days=1)) for _ in range(2)))
    _begin_days_ago(file_database_url, 3)
    assert "as version" not in owner.open(path).text
    answer = team.owner.client.patch(api, json={"scope": {"project": "search"}})
    assert answer.status_code == 200
    assert re.search(r"2026 as version 1 counted \$0\.0042 \$0\.004 105%", owner.open(path).text)
    today, yesterday = body_of(team.owner.client.get(f"{api}/periods"))["data"]
    assert (today["version"], today["spent_usd"]) == (2, "0")
    assert (yesterday["version"], yesterday["spent_usd"]) == (1, "0.0042")


def _begin_days_ago(url: str, days: int) -> None:
    """Every budget's first version."""
    with psycopg.connect(url) as connection:
        earlier = "UPDATE budget_versions SET since = since - make_interval(days => %s)"
        assert connection.execute(earlier, [days]).rowcount


def test_no_two_versions_of_a_budget_read_the_same(team: Team, owner: Browser) -> None:
    path = a_budget(team, scope={"project": "checkout"})
    changes: list[dict[str, object]] = [
        {"scope": {"project": "search"}}, {"forecast_thresholds": [90]}, {"enforcement": "block"},
        {"thresholds": [70]},
    ]  # fmt: skip
    for change in changes:
        answer = team.owner.client.patch(f"/api/v1{path.removeprefix('/dashboard')}", json=change)
        assert answer.status_code == 200
    text = owner.open(path).text
    same = "$0.004 a month, UTC"
    spent, by = "at 50%, 80%, 100%", f"[^V]+ {team.owner.email}"
    for version in (
        rf"Version 4: {same}, at 70%, forecast at 90%, blocks. Counts project search . {by}",
        rf"Version 3: {same}, {spent}, forecast at 90%. Counts project search . {by}",
        rf"Version 2: {same}, {spent}. Counts project search . {by}",
        rf"Version 1: {same}, {spent}. Counts project checkout . {by}",
    ):
        assert re.search(version.replace("$", r"\$"), text), version


def test_a_scope_is_previewed_before_it_is_saved(team: Team, owner: Browser) -> None:
    team.send(an_event(project="checkout"), an_event(project="search"))
    form = {
        "name": "", "limit_usd": "", "period": "day", "timezone": "UTC", "tags": "",
        "scope_project": "checkout", "preview": "yes",
    }  # fmt: skip
    page = owner.submit(f"{BUDGETS}/new", **form)
    assert page.status == 200
    assert "1 $0.0021" in page.text
    assert page.value("scope_project") == "checkout"
    nothing = owner.submit(f"{BUDGETS}/new", **form | {"scope_project": "nothing"})
    assert "No call of the last four periods matches." in nothing.text
    assert body_of(owner.client.get("/api/v1/budgets"))["data"] == []


def test_a_budget_goes_to_the_channels_that_are_ticked(owner: Browser) -> None:
    channel = a_channel(owner).rpartition("/")[2]
    form = {
        "name": "Trial", "limit_usd": "1", "period": "day", "timezone": "UTC", "tags": "",
        "thresholds": "50", "forecast_thresholds": "", "enforcement": "block",
        "unpriced": "estimate", "unpriced_estimate_usd": "0.05",
        "channels": "some", f"channel_{channel}": "on",
    }  # fmt: skip
    assert owner.submit(f"{BUDGETS}/new", **form).status == 303
    (budget,) = body_of(owner.client.get("/api/v1/budgets"))["data"]
    assert budget["channel_ids"] == [channel]
    assert budget["unpriced"] == {"estimate_usd": "0.05"}
    assert (budget["enforcement"], budget["forecast_thresholds"]) == ("block", [])


def test_members_see_budgets_and_alerts_and_no_channels(team: Team) -> None:
    path = a_budget(team)
    member = Browser(log_in(team.app, team.hire("member").email))
    page = member.open(path)
    assert page.status == 200
    assert f"{path}/edit" not in page.links
    assert member.open(ALERTS).status == 200
    assert member.open(CHANNELS).status == 403
    assert member.open(f"{path}/edit").status == 403
