"""The sample organization's quarter is believable, priced, and the same at every run."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.pricing.book import load_pricing_table
from domain.costing import CostSource
from domain.event import OLDEST, Event, Status
from domain.money import exact_sum
from domain.recording import record
from entrypoints.demo.events import SPIKE_DAYS_BACK, SentEvent, events_between
from entrypoints.demo.workloads import BATCH_KEY, DOCUMENTS, SERVICES_KEY
from tests.builders import NOW

SEED = 7
QUARTER = timedelta(days=89, hours=12)
ANCHOR = NOW.date()


def quarter_before_now() -> list[SentEvent]:
    return events_between(NOW - QUARTER, NOW, anchor=ANCHOR, rng_seed=SEED)


@pytest.fixture(scope="module")
def sent() -> Sequence[SentEvent]:
    return quarter_before_now()


@pytest.fixture(scope="module")
def events(sent: Sequence[SentEvent]) -> Sequence[Event]:
    prices = load_pricing_table()
    return [
        record(it.event, organization_id="o", api_key_id="k", received_at=NOW, prices=prices)
        for it in sent
    ]


def cost_of(events: Sequence[Event]) -> Decimal:
    return exact_sum(event.cost.cost_usd or Decimal(0) for event in events)


def last_days(events: Sequence[Event], newest: int, oldest: int) -> list[Event]:
    days = range(newest, oldest)
    return [event for event in events if (NOW - event.reported.timestamp).days in days]


def test_a_quarter_has_ten_to_fifteen_thousand_calls_to_eight_providers_or_more(
    sent: Sequence[SentEvent],
) -> None:
    assert 10_000 <= len(sent) <= 15_000
    assert len({it.event.provider for it in sent}) >= 8


def test_every_call_is_accepted_as_late_as_half_a_day_after_it_was_made_up(
    sent: Sequence[SentEvent],
) -> None:
    for it in sent:
        it.event.check(NOW + OLDEST - QUARTER)


def test_ids_are_unique_and_calls_come_oldest_first(sent: Sequence[SentEvent]) -> None:
    assert len({it.event.id for it in sent}) == len(sent)
    assert [it.event.timestamp for it in sent] == sorted(it.event.timestamp for it in sent)


def test_every_run_makes_the_same_calls_and_another_seed_makes_others(
    sent: Sequence[SentEvent],
) -> None:
    yesterday = NOW - timedelta(days=1)
    of_a_day = [it for it in sent if it.event.timestamp >= yesterday]
    assert events_between(yesterday, NOW, anchor=ANCHOR, rng_seed=SEED) == of_a_day
    assert events_between(yesterday, NOW, anchor=ANCHOR, rng_seed=SEED + 1) != of_a_day


@settings(max_examples=10, deadline=None)
@given(
    until_first_run=st.timedeltas(timedelta(0), timedelta(days=3)),
    days_since_founding=st.integers(0, 200),
    seed=st.integers(),
)
def test_two_runs_make_together_what_one_run_makes(
    until_first_run: timedelta, days_since_founding: int, seed: int
) -> None:
    start = NOW - timedelta(days=3)
    first_run = start + until_first_run
    anchor = ANCHOR - timedelta(days=days_since_founding)

    def ids(since: datetime, until: datetime) -> set[str]:
        made = events_between(since, until, anchor=anchor, rng_seed=seed)
        return {it.event.id for it in made}

    assert ids(start, first_run) | ids(first_run, NOW) == ids(start, NOW) != set()


def test_the_bill_is_that_of_a_company_of_some_size(events: Sequence[Event]) -> None:
    assert 2_000 < cost_of(last_days(events, 0, 30)) < 5_000


def test_calls_and_spending_grow_over_the_quarter(events: Sequence[Event]) -> None:
    first, last = last_days(events, 61, 89), last_days(events, 0, 28)
    assert len(last) > 1.3 * len(first)
    assert cost_of(last) > Decimal("1.2") * cost_of(first)


def test_nights_and_weekends_are_quieter(sent: Sequence[SentEvent]) -> None:
    on_weekend = [it for it in sent if it.event.timestamp.weekday() >= 5]
    assert len(on_weekend) < len(sent) / 7
    by_hour = Counter(it.event.timestamp.hour for it in sent if it.key == SERVICES_KEY)
    assert by_hour[10] > 4 * by_hour[3]


@pytest.mark.parametrize("later", range(7))
def test_one_day_two_weeks_back_stands_out_whatever_its_weekday(later: int) -> None:
    now = NOW + timedelta(days=later)
    sent = events_between(now - timedelta(days=21), now, anchor=now.date(), rng_seed=SEED)
    calls: Counter[date] = Counter(
        it.event.timestamp.date() for it in sent if it.event.project == DOCUMENTS
    )
    (busiest, most), (_, next_most) = calls.most_common(2)
    assert busiest == now.date() - timedelta(days=SPIKE_DAYS_BACK)
    assert most > 1.8 * next_most


def test_one_or_two_calls_in_a_hundred_fail_and_say_why(events: Sequence[Event]) -> None:
    failed = [event for event in events if event.reported.status is Status.ERROR]
    assert 0.01 < len(failed) / len(events) < 0.02
    assert all(event.reported.error_code for event in failed)


def test_nearly_all_calls_are_priced_and_every_kind_of_cost_occurs(
    events: Sequence[Event],
) -> None:
    sources = Counter(event.cost.source for event in events)
    assert set(sources) == set(CostSource)
    priced = sum(number for source, number in sources.items() if source.is_priced)
    assert 0.95 < priced / len(events) < 0.99


def test_only_the_own_deployment_is_unknown_to_the_price_book(
    events: Sequence[Event],
) -> None:
    unpriced = {
        event.reported.model
        for event in events
        if event.cost.source is CostSource.UNPRICED and not event.usage.is_empty
    }
    assert unpriced == {"fernhill-gpt-4o-mini"}


def test_no_provider_usage_contradicts_its_convention(events: Sequence[Event]) -> None:
    assert {note for event in events for note in event.cost.notes} == set()


def test_waiting_times_have_a_long_tail_and_batches_have_none(events: Sequence[Event]) -> None:
    waits = sorted(it.reported.latency_ms for it in events if it.reported.latency_ms is not None)
    assert waits[len(waits) * 99 // 100] > 10 * waits[len(waits) // 2]
    batches = [event for event in events if event.service_tier == "batch"]
    finished = [event for event in batches if event.reported.status is Status.SUCCESS]
    assert finished
    assert all(event.reported.latency_ms is None for event in finished)


def test_a_first_token_never_comes_after_the_last(events: Sequence[Event]) -> None:
    streamed = [it.reported for it in events if it.reported.time_to_first_token_ms is not None]
    assert len(streamed) > len(events) / 4
    for call in streamed:
        assert call.time_to_first_token_ms is not None
        assert call.latency_ms is not None
        assert call.time_to_first_token_ms <= call.latency_ms


def test_calls_can_be_told_apart_by_project_environment_customer_and_key(
    sent: Sequence[SentEvent],
) -> None:
    assert len({it.event.project for it in sent}) >= 5
    assert {it.event.environment for it in sent} == {"production", "staging", "development"}
    assert len({it.event.tags.get("customer") for it in sent}) >= 5
    assert {it.key for it in sent} == {SERVICES_KEY, BATCH_KEY}
