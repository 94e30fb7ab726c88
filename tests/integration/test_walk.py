"""The walk from sign-up to the costs on the page, through gunicorn and Chromium."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.integration.artefacts import artefact_folder
from tests.integration.browser import CHROMIUM_ARGUMENTS
from tests.integration.server import served

#: Usage objects as the providers' documentation prints them, and what each costs in millionths of
#: a dollar at the list prices of November 2026.
CALLS: Mapping[str, tuple[dict[str, object], Decimal]] = {
    # gpt-4o: $2.50 input, $1.25 cached, $10 output. 86 x 2.5 + 1,920 x 1.25 + 300 x 10
    "openai-1": (
        {
            "provider": "openai",
            "model": "gpt-4o-2024-08-06",
            "latency_ms": 1800,
            "provider_usage": {
                "prompt_tokens": 2006,
                "completion_tokens": 300,
                "total_tokens": 2306,
                "prompt_tokens_details": {"cached_tokens": 1920},
                "completion_tokens_details": {"reasoning_tokens": 0},
            },
        },
        Decimal(215 + 2_400 + 3_000),
    ),
    # claude-sonnet-4-5: $3 input, $0.30 read, $3.75 and $6 write, $15 output.
    # 2,048 x 3 + 1,800 x 0.3 + 148 x 3.75 + 100 x 6 + 503 x 15
    "anthropic-1": (
        {
            "provider": "anthropic",
            "model": "claude-sonnet-4-5-20250929",
            "latency_ms": 4200,
            "provider_usage": {
                "input_tokens": 2048,
                "cache_read_input_tokens": 1800,
                "cache_creation_input_tokens": 248,
                "cache_creation": {
                    "ephemeral_5m_input_tokens": 148,
                    "ephemeral_1h_input_tokens": 100,
                },
                "output_tokens": 503,
                "service_tier": "standard",
            },
        },
        Decimal(6_144 + 540 + 555 + 600 + 7_545),
    ),
    # gemini-2.5-flash: $0.30 input, $0.03 cached, $2.50 output and thoughts.
    # 600 x 0.3 + 400 x 0.03 + 200 x 2.5 + 300 x 2.5
    "google-1": (
        {
            "provider": "google",
            "model": "gemini-2.5-flash",
            "latency_ms": 900,
            "provider_usage": {
                "promptTokenCount": 1000,
                "cachedContentTokenCount": 400,
                "candidatesTokenCount": 200,
                "thoughtsTokenCount": 300,
                "totalTokenCount": 1500,
            },
        },
        Decimal(180 + 12 + 500 + 750),
    ),
    # mistral-small-2603: $0.15 input, $0.015 cached, $0.60 output.
    # 5 x 0.15 + 1,008 x 0.015 + 30 x 0.6
    "mistral-1": (
        {
            "provider": "mistral",
            "model": "mistral-small-2603",
            "latency_ms": 300,
            "provider_usage": {
                "prompt_tokens": 1013,
                "completion_tokens": 30,
                "total_tokens": 1043,
                "prompt_tokens_details": {"cached_tokens": 1008},
            },
        },
        Decimal("0.75") + Decimal("15.12") + Decimal(18),
    ),
}
#: 5,615 + 15,384 + 1,442 + 33.87 millionths.
TOTAL_USD = "0.02247487"


@pytest.fixture
def context(chromium: str) -> Iterator[BrowserContext]:
    """A browser with nothing in it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        yield browser.new_context(viewport={"width": 1280, "height": 900})
        browser.close()


@pytest.fixture
def complaints(context: BrowserContext) -> list[str]:
    """What the browser complains of: errors, violations of the policy, answers from 400 on."""
    found: list[str] = []
    context.on(
        "console",
        lambda message: (
            found.append(message.text) if message.type in ("error", "warning") else None
        ),
    )
    context.on("weberror", lambda error: found.append(str(error.error)))
    return found


def test_the_hand_arithmetic_adds_up() -> None:
    assert sum(cost for _, cost in CALLS.values()) == Decimal(TOTAL_USD) * 10**6


def test_from_sign_up_to_the_costs_on_the_page(
    database_url: str, context: BrowserContext, complaints: list[str], tmp_path: Path
) -> None:
    with served(database_url, tmp_path / "server.log") as url:
        page = context.new_page()
        artefacts = artefact_folder(tmp_path)
        key = onboard(page, url, artefacts)
        page.get_by_role("link", name="Go to the dashboard").click()
        page.get_by_text("Waiting for the first event").wait_for()
        page.screenshot(path=artefacts / "walk.2-waiting.png")

        assert send(url, key) == {"accepted": 4, "duplicates": 0, "conflicts": 0, "rejected": 0}

        # Nobody touches the page: it turns live by itself.
        total = page.locator(".hero-amount strong [title]")
        total.wait_for()
        page.screenshot(path=artefacts / "walk.3-live.png", full_page=True)
        assert total.get_attribute("title") == f"${TOTAL_USD}"
        assert total.locator("[aria-hidden]").inner_text() == "$0.0225"
        assert figure(page, "Calls") == "4"
        # 2,306 + 2,048 + 1,800 + 248 + 503 + 1,500 + 1,043
        assert figure(page, "Tokens") == "9,448"
        latency = figure(page, "Latency p95").removesuffix(" s")
        assert float(latency) == pytest.approx(4.2, rel=0.02)

        open_call(page, "claude-sonnet-4-5")
        page.screenshot(path=artefacts / "walk.4-call.png", full_page=True)
        assert lines_of(page) == [
            ("input", "$0.006144"),
            ("cache read", "$0.00054"),
            ("cache write 5m", "$0.000555"),
            ("cache write 1h", "$0.0006"),
            ("output", "$0.007545"),
            ("Total", "$0.015384"),
        ]
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("heading", name="Sign in").wait_for()
        assert complaints == []


def onboard(page: Page, url: str, artefacts: Path) -> str:
    """Sign up and name an organization; the key that the page shows."""
    page.goto(url)
    page.get_by_role("link", name="Create an account").click()
    page.get_by_label("E-mail").fill("ada@example.com")
    page.get_by_label("Password").fill("seven grey herons at dusk")
    page.get_by_role("button", name="Create account").click()
    page.get_by_label("Organization").fill("Analytical Engines")
    page.get_by_role("button", name="Continue").click()
    key = page.locator("#secret").inner_text()
    page.screenshot(path=artefacts / "walk.1-key.png", full_page=True)
    assert key in page.locator("#command").inner_text()
    return key


def send(url: str, key: str) -> dict[str, int]:
    """Send all calls as a program would; what became of them."""
    now = datetime.now(UTC).isoformat()
    events = [{"id": id_, "timestamp": now, **call} for id_, (call, _) in CALLS.items()]
    request = Request(  # noqa: S310 - our own server
        f"{url}/api/v1/events",
        data=json.dumps({"events": events}).encode(),
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    with urlopen(request, timeout=30) as answer:  # noqa: S310 - likewise
        document = json.load(answer)
    return {name: document[name] for name in ("accepted", "duplicates", "conflicts", "rejected")}


def figure(page: Page, name: str) -> str:
    """One of the figures below the chart."""
    definition = page.locator(".figures > div", has=page.get_by_text(name, exact=True))
    return definition.locator("dd").inner_text().replace("\xa0", " ")


def open_call(page: Page, model: str) -> None:
    """From the overview by the links of the navigation and the list to one call."""
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Queries").click()
    row = page.get_by_role("row").filter(has_text=model)
    row.get_by_role("link").click()
    page.get_by_role("heading", name=model).wait_for()


def lines_of(page: Page) -> list[tuple[str, str]]:
    """What each line of a cost is for, and its amount; the total last."""
    rows = page.get_by_role("region", name="Cost line by line").locator("tbody tr, tfoot tr")
    return [
        (
            row.locator("th").inner_text().partition("\n")[0],
            row.locator("td").last.inner_text(),
        )
        for row in rows.all()
    ]
