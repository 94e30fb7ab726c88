"""What a report takes: ``make bench-reports``.

One organization among a hundred has most of the calls, spread over twelve months, of twelve models,
eight projects, three environments, two thousand users and two tags, of 20 and of 500 values. Its
views over 30 days are asked for as the pages ask, in a time zone that is half an hour off; first
with a tenth of the calls, then with all. ``REPORT_EVENTS`` says how many (1,000,000).
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import quantiles

import psycopg

from adapters.clock import SystemClock
from adapters.sql.engine import create_pool
from adapters.sql.migrations import upgrade
from adapters.sql.unit_of_work import SqlUnitsOfWork
from application.reports.list_events import ListEvents, ListEventsRequest
from application.reports.report_groups import ReportGroups, ReportGroupsRequest
from application.reports.report_overview import ReportOverview, ReportOverviewRequest
from application.reports.report_usage import ReportUsage, ReportUsageRequest
from domain.report import Dimension, EventFilter, GroupBy, TagDimension
from domain.rollup import days_over, weeks_over
from tests.contracts.event_storage import close_weeks, gather
from tests.contracts.tenants import a_stored_key
from tests.integration.database import postgres_server, temporary_database

EVENTS = int(os.environ.get("REPORT_EVENTS", "1000000"))
OTHERS, ROUNDS, TZ = 99, 20, "Asia/Kolkata"
_SEED = """
INSERT INTO events (organization_id, id, api_key_id, "timestamp", received_at, fingerprint,
    provider, model, operation, status, latency_ms, time_to_first_token_ms, project, environment,
    "user", tags, usage_status, input_tokens, cache_read_tokens, output_tokens, provider_usage,
    cost_usd, list_cost_usd, cache_savings_usd, cost_source, cost_notes, book_version)
SELECT %(organization)s, 'call-' || lpad(n::text, 12, '0'), %(key)s, at, at,
    sha256(n::text::bytea), (ARRAY['openai','anthropic','google','mistral'])[1 + h %% 4],
    'model-' || h %% 12, CASE WHEN h %% 10 = 0 THEN 'embeddings' ELSE 'chat' END,
    CASE WHEN h %% 97 = 0 THEN 'error' ELSE 'success' END, 200 + h %% 20000, 50 + h %% 900,
    'project-' || h / 12 %% 8, (ARRAY['production','staging','test'])[1 + h / 96 %% 3],
    'user-' || h %% 2000, jsonb_build_object('feature', 'feature-' || h %% 20,
        'customer', 'customer-' || h / 20 %% 500), 'complete',
    h %% 3000, h %% 500, h %% 900, json_build_object('prompt_tokens', h %% 3500),
    (h %% 90000)::numeric / 1000000, (h %% 90000)::numeric / 1000000, 0.0001, 'computed', '{}', '1'
FROM generate_series(%(first)s::bigint, %(last)s) AS n
CROSS JOIN LATERAL (SELECT abs(hashint8(n)) AS h) AS hashed
CROSS JOIN LATERAL (SELECT %(now)s::timestamptz - (n %% 525600) * interval '1 minute'
    - n %% 60000 * interval '1 millisecond' AS at) AS placed
"""
_KEYS = """
INSERT INTO event_keys (organization_id, id, "timestamp")
SELECT organization_id, id, "timestamp" FROM events WHERE organization_id = %(organization)s
    AND id >= 'call-' || lpad(%(first)s::text, 12, '0')
"""
SIZE = """
SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree('events')
UNION ALL SELECT pg_total_relation_size('event_keys')
UNION ALL SELECT pg_total_relation_size('usage_rollups')
UNION ALL SELECT pg_total_relation_size('tag_rollups') + pg_total_relation_size('tag_values')
"""
_USER = EventFilter({Dimension.USER: ("user-7",)})
_TAG = EventFilter(tags={"feature": ("feature-3",)})
_CUSTOMER = EventFilter(tags={"customer": ("customer-3",)})
_BY: dict[str, GroupBy] = {
    "providers": (Dimension.PROVIDER,),
    "models": (Dimension.PROVIDER, Dimension.MODEL),
    "by project": (Dimension.PROJECT,),
    "by environment": (Dimension.ENVIRONMENT,),
    "by key": (Dimension.API_KEY,),
    "by operation": (Dimension.OPERATION,),
}


def views(units_of_work: SqlUnitsOfWork, organization_id: str) -> dict[str, Callable[[], object]]:
    """Each question that a page asks, ready to be asked."""
    clock = SystemClock()
    usage, groups = ReportUsage(units_of_work, clock), ReportGroups(units_of_work, clock)
    calls, whole = ListEvents(units_of_work, clock), ReportOverview(units_of_work, clock)

    def overview(chosen: EventFilter) -> object:
        return usage(
            ReportUsageRequest(organization_id=organization_id, timezone=TZ, filter=chosen)
        )

    def grouped(by: GroupBy, chosen: EventFilter) -> object:
        return groups(
            ReportGroupsRequest(organization_id=organization_id, by=by, timezone=TZ, filter=chosen)
        )

    def page(chosen: EventFilter) -> object:
        return whole(
            ReportOverviewRequest(
                organization_id=organization_id,
                timezone=TZ,
                filter=chosen,
                by=(Dimension.PROVIDER,),
            )
        )

    everything, one_project = EventFilter(), EventFilter({Dimension.PROJECT: ("project-3",)})
    return {
        "the overview's page": lambda: page(everything),
        "overview": lambda: overview(everything),
        "overview of a project": lambda: overview(one_project),
        **{name: partial(grouped, by, everything) for name, by in _BY.items()},
        "models of a project": lambda: grouped(_BY["models"], one_project),
        "overview of a user": lambda: overview(_USER),
        "overview of a tag": lambda: overview(_TAG),
        "overview of one of 500": lambda: overview(_CUSTOMER),
        "by user": lambda: grouped((Dimension.USER,), everything),
        "by a tag": lambda: grouped((TagDimension("feature"),), everything),
        "by a tag of 500 values": lambda: grouped((TagDimension("customer"),), everything),
        "queries": lambda: calls(ListEventsRequest(organization_id=organization_id, timezone=TZ)),
        "queries of a project": lambda: calls(
            ListEventsRequest(organization_id=organization_id, timezone=TZ, filter=one_project)
        ),
    }


def prepare(units_of_work: SqlUnitsOfWork) -> None:
    """Make the months that ``seed`` fills."""
    today = datetime.now(UTC).date()
    with units_of_work() as uow:
        uow.event_storage.prepare_months(today - timedelta(days=366), today)
        uow.commit()


def seed(url: str, organization: str, key: str, first: int, last: int) -> None:
    values = {"organization": organization, "key": key, "now": datetime.now(UTC)}
    with psycopg.connect(url) as connection:
        connection.execute(_SEED, {**values, "first": first, "last": last})
        connection.execute(_KEYS, {"organization": organization, "first": first})


def asked(question: Callable[[], object]) -> float:
    """Milliseconds within which 95 of 100 answers come."""
    taken: list[float] = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        question()
        taken.append((time.perf_counter() - began) * 1000)
    return quantiles(taken, n=20)[-1]


@contextmanager
def database() -> Iterator[str]:
    with (
        tempfile.TemporaryDirectory() as folder,
        postgres_server(Path(folder)) as server,
        temporary_database(server) as url,
    ):
        upgrade(url)
        yield url


def main() -> int:
    with database() as url:
        engine = create_pool(url)
        units_of_work = SqlUnitsOfWork(engine)
        try:
            return _report(url, units_of_work)
        finally:
            engine.dispose()


def _report(url: str, units_of_work: SqlUnitsOfWork) -> int:
    prepare(units_of_work)
    busy, *others = (a_stored_key(units_of_work) for _ in range(1 + OTHERS))
    for other in others:
        seed(url, other.organization_id, other.id, 1, EVENTS // 1000)
    figures: list[dict[str, float]] = []
    done = 0
    for total in (EVENTS // 10, EVENTS):
        seed(url, busy.organization_id, busy.id, done + 1, total)
        done = total
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
        began = time.perf_counter()
        for key in (busy, *others):
            with units_of_work() as uow:
                uow.rollups.rebuild(key.organization_id)
                uow.commit()
        close_weeks(units_of_work, weeks_over(datetime.now(UTC)))
        gather(units_of_work, days_over(datetime.now(UTC)))
        rebuilt = time.perf_counter() - began
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
            sizes = connection.execute(SIZE).fetchall()
        asks = views(units_of_work, busy.organization_id)
        figures.append({name: asked(question) for name, question in asks.items()})
        calls = total + OTHERS * (EVENTS // 1000)
        rows, keys, sums, by_tag = (float(size) / calls for (size,) in sizes)
        sys.stdout.write(
            f"{total} calls: {rows:.0f} bytes a call with indexes, {keys:.0f} for its key,"
            f" {sums:.0f} for sums, {by_tag:.0f} for those by two tags;"
            f" made anew in {rebuilt:.1f} s\n"
        )
    sys.stdout.write(f"cores: {os.cpu_count()}; ms for 95 of 100 answers over 30 days\n")
    fewer, more = figures
    for name in more:
        growth = more[name] / fewer[name]
        sys.stdout.write(f"{name:24} {fewer[name]:8.1f} {more[name]:8.1f}   {growth:5.2f} times\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
