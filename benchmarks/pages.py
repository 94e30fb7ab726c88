"""What a page takes, in the server and in a browser: ``make bench-pages``.

The calls are those of ``benchmarks.reports``: one organization of a hundred has most of them,
spread over twelve months. Each page is asked for twenty times over HTTP, and then opened in
Chromium: when it first shows something, and how much it moves about afterwards. ``PAGE_EVENTS``
says how many calls (1,000,000).
"""

import http.client
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles

import psycopg
from playwright.sync_api import BrowserContext, sync_playwright

from adapters.sql.engine import create_pool
from adapters.sql.unit_of_work import SqlUnitsOfWork
from benchmarks.reports import OTHERS, database, prepare, seed
from domain.rollup import days_over, weeks_over
from tests.chaos.senders import open_account
from tests.contracts.event_storage import close_weeks, gather
from tests.contracts.tenants import a_stored_key
from tests.integration.browser import CHROMIUM_ARGUMENTS, WATCH_SHIFTS, chromium_path
from tests.integration.server import served

EVENTS = int(os.environ.get("PAGE_EVENTS", "1000000"))
ASKED, OPENED = 20, 5
PAGES = (
    "/dashboard",
    "/dashboard?tz=Asia/Kolkata",
    "/dashboard?by=model",
    "/dashboard?days=90&by=project",
    "/dashboard?by=user",
    "/dashboard?days=365&by=user",
    "/dashboard?days=365&tz=Asia/Kolkata",
    "/dashboard?tz=Asia/Kolkata&by=model",
    "/dashboard?project=project-3&tz=Asia/Kolkata",
    "/dashboard?user=user-7",
    "/dashboard?tag.feature=feature-3",
    "/dashboard/providers",
    "/dashboard/models",
    "/dashboard/models?days=365",
    "/dashboard/models?project=project-3",
    "/dashboard/models?tag.feature=feature-3",
    "/dashboard/models/openai/model-0",
    "/dashboard/queries",
    "/dashboard/queries?sort=cost",
    "/dashboard/prices",
    "/dashboard/prices/unpriced",
    "/dashboard/budgets",
    "/dashboard/alerts",
    "/settings",
)
_OWN = "SELECT organization_id::text, id::text FROM api_keys"
_SHOWN = """() => new Promise(told => new PerformanceObserver((seen, watch) => {
    const first = seen.getEntriesByName("first-contentful-paint")[0];
    if (first) { watch.disconnect(); told(first.startTime); }
}).observe({type: "paint", buffered: true}))"""
_TRANSFERRED = """() => performance.getEntriesByType("resource")
    .reduce((sum, each) => sum + each.transferSize, 0)"""


def fill(url: str, organization: str, key: str) -> None:
    """Many calls of one organization, and a few of others, with their sums."""
    engine = create_pool(url)
    units_of_work = SqlUnitsOfWork(engine)
    prepare(units_of_work)
    owners = [(organization, key, EVENTS)]
    for _ in range(OTHERS):
        other = a_stored_key(units_of_work)
        owners.append((other.organization_id, other.id, EVENTS // 1000))
    for organization_id, key_id, calls in owners:
        seed(url, organization_id, key_id, 1, calls)
        with units_of_work() as uow:
            uow.rollups.rebuild(organization_id)
            uow.commit()
    close_weeks(units_of_work, weeks_over(datetime.now(UTC)))
    gather(units_of_work, days_over(datetime.now(UTC)))
    engine.dispose()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def report_html(port: int, cookie: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for page in PAGES:
        taken: list[float] = []
        for _ in range(4 + ASKED):
            began = time.perf_counter()
            connection.request("GET", page, headers={"Cookie": cookie})
            answer = connection.getresponse()
            size = len(answer.read())
            taken.append((time.perf_counter() - began) * 1000)
            if answer.status != http.client.OK:
                raise RuntimeError(f"{page}: {answer.status}")
        # The first ones of each process fill its caches.
        middle, late = median(taken[4:]), quantiles(taken[4:], n=20)[-1]
        say(f"{page:40} median {middle:6.0f} ms   95 of 100 {late:6.0f} ms   {size // 1024:4} KiB")


@contextmanager
def browser(url: str, cookie: str) -> Iterator[BrowserContext]:
    name, _, value = cookie.partition("=")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=chromium_path(), args=CHROMIUM_ARGUMENTS
        )
        context = chromium.new_context()
        context.add_cookies([{"name": name, "value": value, "url": url}])
        context.add_init_script(WATCH_SHIFTS)
        yield context
        chromium.close()


def report_browser(url: str, cookie: str) -> None:
    with browser(url, cookie) as context:
        for number, path in enumerate(PAGES):
            shown: list[float] = []
            moved = 0.0
            for opened in range(OPENED):
                page = context.new_page()
                page.goto(url + path, wait_until="networkidle" if opened else "load")
                shown.append(page.evaluate(_SHOWN))
                moved = max(moved, page.evaluate("window.moved"))
                if number == opened == 0:
                    first = page.evaluate(_TRANSFERRED) // 1024
                    say(f"files of the first visit: {first} KiB as sent")
                page.close()
            say(
                f"{path:40} first shown {shown[0]:6.0f} ms, then {median(shown[1:]):6.0f} ms"
                f"   moved {moved:.4f}"
            )


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    with (
        tempfile.TemporaryDirectory() as folder,
        database() as url,
        served(url, Path(folder) / "log", WEB_CONCURRENCY="2", LOG_LEVEL="error") as address,
    ):
        port = int(address.rpartition(":")[2])
        _, cookie = open_account(port)
        with psycopg.connect(url) as connection:
            organization, key = connection.execute(_OWN).fetchone() or ("", "")
        fill(url, organization, key)
        say(f"cores: {os.cpu_count()}; {EVENTS} calls")
        report_html(port, cookie)
        report_browser(address, cookie)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
