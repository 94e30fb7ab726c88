"""A walk through all pages of one organization that says what is wrong with them."""

import csv
import io
from decimal import Decimal

from playwright.sync_api import Locator

from entrypoints.http.pages.formats import exactly
from tests.http_client import body_of
from tests.integration.pages.household import Household

#: What a spreadsheet takes for the beginning of a formula, in cells that are no numbers.
_FORMULA = tuple("=+-@\t\r")
#: Of these the rows add up to all calls.
_WHOLE = ("overview", "series", "providers", "models")
_LONG_AGO = {"from": "2020-01-01", "to": "2020-01-07"}


def look_around(home: Household) -> list[str]:
    """Look at every page; what is wrong."""
    for look in (_overview, _tables, _model, _calls, _prices, _budgets, _settings):
        look(home)
    return home.reader.findings


def _overview(home: Household) -> None:
    page = home.report("overview", "")
    if home.is_empty:
        home.expect(
            "status", page.get_by_role("status").inner_text(), "Waiting for the first event"
        )
        return
    totals = page.get_by_role("region", name="Totals")
    home.expect(
        "total",
        totals.locator(".hero-amount strong [title]").get_attribute("title"),
        home.shape.total,
    )
    home.expect("coverage", _begin(totals.locator("dd.small")), home.shape.coverage)
    home.expect(
        "calls", totals.locator(".figures dd").first.get_attribute("title"), str(home.shape.count)
    )
    home.expect("plots", page.locator(".chart-plot").count(), 1)
    _files(home)
    for by in home.shape.stacks:
        home.report(f"overview by {by}", "", by=by)
    page = home.visit("overview of nothing", "/dashboard", **_LONG_AGO)
    home.expect("plots", page.locator(".chart-plot").count(), 0)
    home.expect_next_step()


def _tables(home: Household) -> None:
    for name in ("providers", "models"):
        page = home.report(name, f"/{name}")
        if home.is_empty:
            home.expect_next_step()
            continue
        sums = page.locator("tfoot .right")
        home.expect("total", sums.first.locator("[title]").get_attribute("title"), home.shape.total)
        home.expect("calls", sums.nth(1).text_content(), str(home.shape.count))
        _files(home)


def _model(home: Household) -> None:
    links = home.page.locator("tbody th a[href*='/dashboard/models/']")
    path = (
        "/dashboard/models/acme/none" if home.is_empty else str(links.first.get_attribute("href"))
    )
    home.visit("a model", path)
    if home.is_empty:
        home.expect_next_step()


def _calls(home: Household) -> None:
    page = home.report("queries", "/queries")
    if home.is_empty:
        home.expect_next_step()
        return
    home.expect("more", page.locator("a[rel=next]").count(), int(home.shape.count > 50))
    _files(home)
    home.visit("a call", str(page.locator("#calls tbody th a").first.get_attribute("href")))


def _prices(home: Household) -> None:
    home.visit_things("prices", "/dashboard/prices")
    home.visit_things("own prices", "/dashboard/prices/own")
    page = home.report("unpriced", "/prices/unpriced")
    cells = page.locator("main tbody td:nth-child(3)").all_text_contents()
    home.expect("unpriced calls", sum(map(int, cells)), home.shape.unpriced)
    if home.is_empty:
        home.expect_next_step()
    _files(home)


def _budgets(home: Household) -> None:
    page = home.visit_things("budgets", "/dashboard/budgets")
    if home.is_empty:
        home.expect_next_step()
    home.expect("budgets", page.locator(".tiles > li").count(), len(home.shape.names))
    home.visit_things("alerts", "/dashboard/alerts")
    if home.is_empty:
        home.expect_next_step()
        return
    _files(home)
    page = home.visit_things("a budget", f"/dashboard/budgets/{home.budget}")
    spent = _spent_of(home)
    home.expect("spent", page.locator(".budget-amount [title]").get_attribute("title"), spent)
    _files(home, spent)


def _spent_of(home: Household) -> str:
    budgets = body_of(home.team.owner.client.get("/api/v1/budgets"))["data"]
    (spent,) = (each["status"]["spent_usd"] for each in budgets if each["id"] == home.budget)
    return exactly(Decimal(spent))


def _settings(home: Household) -> None:
    page = home.visit_things("keys", "/dashboard/keys")
    home.expect("keys", page.locator("tbody tr").count(), len(home.shape.names) + 1)
    home.visit_things("channels", "/dashboard/channels")
    if home.is_empty:
        home.expect_next_step()
    home.visit_things("settings", "/settings")


def _begin(words: Locator) -> str:
    """The first of several words: ``50% of calls priced · 1 call is unpriced``."""
    return words.inner_text().partition(" · ")[0]


def _files(home: Household, total: str | None = None) -> None:
    """Every file that the page offers is there, and adds up to what the page says.

    That is the ``total`` of all calls unless it is given.
    """
    for link in home.page.locator("a[download]").all():
        path, name = link.get_attribute("href"), link.get_attribute("download") or ""
        # The server may close a connection that waits just as it is used again.
        answer = home.page.request.get(str(path), max_retries=3)
        home.expect(f"status of {path}", answer.status, 200)
        if not name.endswith(".csv"):
            continue
        rows = list(csv.DictReader(io.StringIO(answer.text(), newline="")))
        cells = [cell for row in rows for cell in row.values() if not _is_number(cell)]
        home.expect(
            f"formulas in {path}", [each for each in cells if each.startswith(_FORMULA)], []
        )
        if name.removeprefix("truecompute-").startswith(_WHOLE):
            costs = [Decimal(row["cost_usd"]) for row in rows if row["cost_usd"]]
            home.expect(f"sum of {path}", sum(costs), _usd(total or home.shape.total))


def _usd(shown: str) -> Decimal:
    return Decimal(shown.removeprefix("$"))


def _is_number(cell: str) -> bool:
    return cell.removeprefix("-").replace(".", "", 1).isdigit()
