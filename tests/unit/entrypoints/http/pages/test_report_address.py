"""What a report page's address asks for."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from domain.errors import Invalid
from domain.period import Span, zone
from domain.report import Dimension, TagDimension
from entrypoints.http.pages.report_address import ReportAddress
from entrypoints.http.pages.report_bounds import date_fields, is_date

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

NAMES = st.sampled_from(["provider", "model", "status", "tag.team", "tag.a b&c"])
VALUES = st.text(min_size=1, max_size=20)
FILTERS = st.lists(st.tuples(NAMES, VALUES), max_size=6, unique=True)


def read(*pairs: tuple[str, str]) -> ReportAddress:
    return ReportAddress.read(MultiDict(pairs))


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def test_without_anything_it_is_30_days_in_utc() -> None:
    address = read()
    assert address.bounds(NOW) == (utc(2026, 10, 25), None)
    assert address.query() == ""


def test_a_preset_begins_at_local_midnight() -> None:
    address = read(("days", "7"), ("tz", "Asia/Kolkata"))
    assert address.bounds(NOW) == (utc(2026, 11, 16, 18, 30), None)


@pytest.mark.parametrize(("days", "first"), [("1", utc(2026, 11, 23)), ("365", utc(2025, 11, 24))])
def test_any_number_of_days_ends_today(days: str, first: datetime) -> None:
    address = read(("days", days))
    assert address.bounds(NOW) == (first, None)
    assert address.query() == f"?days={days}"


@pytest.mark.parametrize("days", ["", "0", "-3", "abc", "3661", "9" * 5_000, "\u0667"])
def test_what_is_no_number_of_days_is_the_default(days: str) -> None:
    assert read(("days", days)).days == 30
    assert read(("days", "\u0667")).days == 30


def test_plain_dates_name_whole_days_the_last_one_included() -> None:
    address = read(("from", "2026-11-01"), ("to", "2026-11-02"), ("tz", "America/New_York"))
    # The first of November is the day on which New York's clocks go back.
    assert address.bounds(NOW) == (utc(2026, 11, 1, 4), utc(2026, 11, 3, 5))
    assert address.days is None


def test_instants_are_taken_as_the_api_takes_them() -> None:
    address = read(("from", "2026-11-01T10:00:00+02:00"), ("to", "2026-11-01T09:30:00Z"))
    assert address.bounds(NOW) == (utc(2026, 11, 1, 8), utc(2026, 11, 1, 9, 30))


@pytest.mark.parametrize(
    ("pairs", "pointer"),
    [
        ([("from", "yesterday")], "/from"),
        ([("to", "2026-13-01")], "/to"),
        ([("from", "1999-12-31")], "/from"),
        ([("from", "0001-01-01T00:00:00Z")], "/from"),
        ([("to", "9999-12-31")], "/to"),
        ([("from", "2026-11-02"), ("to", "2026-11-01")], "/from"),
        ([("from", "2026-12-24")], "/from"),
        ([("tz", "Mars/Olympus")], "/tz"),
        ([("tz", "\0")], "/tz"),
    ],
)
def test_what_cannot_be_a_range_is_refused_at_its_field(
    pairs: list[tuple[str, str]], pointer: str
) -> None:
    with pytest.raises(Invalid) as refused:
        read(*pairs).bounds(NOW)
    assert refused.value.first_fault.pointer == pointer


@given(FILTERS)
def test_an_address_can_be_read_back_from_its_own_query(filters: list[tuple[str, str]]) -> None:
    address = read(*filters, ("tz", "Europe/Berlin"), ("days", "90"))
    assert read(*parse_qsl(address.query()[1:])) == address


def test_values_of_one_name_are_alternatives_and_synonyms_of_providers_are_known() -> None:
    found = read(("provider", "aws"), ("model", "a"), ("model", "b"), ("tag.team", "x")).filter
    assert found.dimensions == {Dimension.PROVIDER: ("bedrock",), Dimension.MODEL: ("a", "b")}
    assert found.tags == {"team": ("x",)}


def test_what_is_no_filter_is_left_out() -> None:
    assert read(("colour", "red"), ("model", ""), ("tag.", "x"), ("cursor", "c")).filters == ()


def test_no_more_filters_are_read_than_anybody_needs() -> None:
    address = read(*(("model", f"m{n}") for n in range(1000)), ("user", "u" * 1000))
    assert len(address.filters) == 100
    assert len(read(("user", "u" * 1000)).filters[0][1]) == 256


def test_a_further_filter_replaces_those_of_its_name() -> None:
    address = read(("model", "a"), ("user", "u")).with_filter(("model", "b"))
    assert address.filters == (("user", "u"), ("model", "b"))
    assert address.without_filter(("user", "u")).filters == (("model", "b"),)
    assert address.without_filters().filters == ()


def test_a_bars_address_is_exactly_its_span() -> None:
    span = Span(utc(2026, 11, 22, 18, 30), utc(2026, 11, 23, 18, 30))
    address = read(("tz", "Asia/Kolkata"), ("model", "a")).for_span(span)
    assert address.bounds(NOW) == (span.start, span.end)
    assert read(*parse_qsl(address.query()[1:])) == address


def test_the_fields_of_the_form_show_the_first_and_the_last_day() -> None:
    span = Span(utc(2026, 11, 1), utc(2026, 11, 3))
    assert date_fields(span, zone("UTC")) == ("2026-11-01", "2026-11-02")


def test_a_date_field_takes_dates_only() -> None:
    assert is_date("2026-11-01")
    assert not is_date("20261101")
    assert not is_date("2026-11-31")
    assert not is_date("")


@pytest.mark.parametrize(
    ("by", "group_by"),
    [
        ("", (Dimension.PROVIDER,)),
        ("moon", (Dimension.PROVIDER,)),
        ("tag.", (Dimension.PROVIDER,)),
        ("total", ()),
        ("model", (Dimension.PROVIDER, Dimension.MODEL)),
        ("tag.team", (TagDimension("team"),)),
    ],
)
def test_the_chart_is_stacked_by_what_is_known_else_by_provider(by: str, group_by: object) -> None:
    assert read(("by", by)).group_by == group_by


@pytest.mark.parametrize(
    ("pairs", "by"),
    [
        ([("model", "gpt-4o")], "provider"),
        ([("user", "u_1")], "provider"),
        ([("project", "web")], "total"),
        ([("tag.team", "a")], "total"),
        ([("by", "provider"), ("project", "web")], "provider"),
        ([("provider", "openai"), ("environment", "test")], "total"),
    ],
)
def test_beside_a_filter_a_chart_is_stacked_where_its_sums_are_at_hand_or_it_is_asked_for(
    pairs: list[tuple[str, str]], by: str
) -> None:
    address = read(*pairs)
    assert address.by == by
    assert read(*address.pairs()).by == by


def test_another_way_of_stacking_is_kept_but_where_there_is_no_chart() -> None:
    address = read(("by", "project"), ("user", "ada"))
    assert address.query() == "?by=project&user=ada"
    assert address.for_days(7).by == address.without_filters().by == "project"
    assert address.stacked_by("provider").query() == "?user=ada"
    assert read(("by", "total"), ("project", "web")).without_filters().by == "total"
    assert "by=" not in address.for_span(Span(utc(2026, 11, 1), utc(2026, 11, 2))).query()


@given(
    FILTERS,
    FILTERS,
    st.sampled_from(["UTC", "Asia/Kolkata"]),
    st.sampled_from([None, 7, 30]),
    st.datetimes(datetime(2000, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_a_link_of_a_chart_is_the_address_of_its_span(
    filters: list[tuple[str, str]],
    added: list[tuple[str, str]],
    tz: str,
    days: int | None,
    start: datetime,
) -> None:
    address = ReportAddress(
        tz=tz, days=days, start="2026-01-01", filters=tuple(filters), asked_by="model"
    )
    span = Span(start, start + timedelta(days=1))
    assert address.query_for(span, *added) == address.for_span(span).with_filter(*added).query()


def test_what_is_not_compared_stays_so_with_another_range_and_is_no_matter_of_single_calls() -> (
    None
):
    address = read(("compare", "off"), ("user", "ada"))
    assert not address.is_compared
    assert address.for_days(7).query() == "?days=7&compare=off&user=ada"
    assert address.with_comparison_switched().query() == "?user=ada"
    assert "compare" not in address.for_span(Span(utc(2026, 11, 1), utc(2026, 11, 2))).query()
    assert read(("compare", "maybe")).is_compared
