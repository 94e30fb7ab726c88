"""`truecompute prices`: an operator looks at the price book, replaces it, and goes back."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from adapters.memory.clock import ManualClock
from application.pricing.reprice_events import RepriceEvents
from entrypoints.cli.main import main
from entrypoints.container import Container
from tests.http_client import ago, application, body_of, found, settings_on

Truecompute = Callable[..., Result]
NEW = "acme-large-9"


@pytest.fixture
def truecompute(database_url: str) -> Truecompute:
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["prices", *arguments], env={"DATABASE_URL": database_url})

    return run


@pytest.fixture
def exported(truecompute: Truecompute, tmp_path: Path) -> Path:
    file = tmp_path / "book.json"
    assert truecompute("export", str(file)).exit_code == 0
    return file


def rewrite(file: Path, change: Callable[[dict[str, Any]], object]) -> None:
    book = json.loads(file.read_bytes())
    change(book)
    file.write_text(json.dumps(book), encoding="utf-8")


def with_a_new_model(book: dict[str, Any]) -> None:
    book["book_version"] = "2027-01-01.acme"
    price = {
        "source": "genai-prices",
        "rates": {"input": {"usd": "3", "per": 10**6}, "output": {"usd": "7", "per": 10**6}},
    }
    book["models"].append(
        {"provider": "openai", "model": NEW, "match": {"equals": NEW}, "prices": [price]}
    )


def work(database_url: str) -> None:
    """What the worker does about a new book, half a minute after it noticed it."""
    container = Container(settings=settings_on(database_url))
    try:
        assert container.note_price_book()()
        later = ManualClock(datetime.now(UTC) + timedelta(seconds=31))
        reprice = RepriceEvents(
            container.units_of_work(), container.price_lists(), container.keep_ledger(), later
        )
        while reprice():
            pass
    finally:
        container.engine().dispose()


def health(database_url: str) -> dict[str, Any]:
    with application(database_url) as app:
        return dict(body_of(app.test_client().get("/api/health"))["prices"])


def test_a_book_goes_from_export_to_force_and_back(
    truecompute: Truecompute, exported: Path, database_url: str
) -> None:
    assert "In force: the bundled book" in truecompute("status").output
    assert health(database_url)["source"] == "bundled"
    rewrite(exported, with_a_new_model)
    staged = truecompute("stage", str(exported))
    assert staged.exit_code == 0, staged.output
    assert f"added    openai {NEW}" in staged.output
    assert "truecompute prices activate" in staged.output
    assert truecompute("compare").output == staged.output
    assert "Staged: 2027-01-01.acme." in truecompute("status").output
    assert health(database_url)["source"] == "bundled"
    assert "2027-01-01.acme is in force" in truecompute("activate").output
    assert "In force: your book 2027-01-01.acme" in truecompute("status").output
    assert health(database_url) == {
        "book_version": "2027-01-01.acme", "age_days": 0, "source": "replaced", "is_stale": False,
    }  # fmt: skip
    assert truecompute("use-bundled").output == "The bundled price book is in force.\n"
    assert "Earlier: 2027-01-01.acme" in truecompute("status").output
    assert health(database_url)["source"] == "bundled"


def test_a_bundled_book_that_is_newer_than_the_one_in_force_is_told(
    truecompute: Truecompute, exported: Path
) -> None:
    def as_of_long_ago(book: dict[str, Any]) -> None:
        book["book_version"] = "2020-01-01.acme"

    def as_of_no_day(book: dict[str, Any]) -> None:
        book["book_version"] = "acme.1"

    for change, is_told in ((as_of_long_ago, True), (as_of_no_day, False)):
        rewrite(exported, change)
        assert truecompute("stage", str(exported)).exit_code == 0
        assert "in force" in truecompute("activate").output
        assert ("is newer" in truecompute("status").output) is is_told


def test_a_new_book_prices_the_calls_that_had_no_price(
    truecompute: Truecompute, exported: Path, database_url: str
) -> None:
    usage = {"prompt_tokens": 1_000_000, "completion_tokens": 0}
    call = {"id": "a", "timestamp": ago(days=3), "provider": "openai", "model": NEW}
    with application(database_url) as app:
        team = found(app)
        team.send({**call, "provider_usage": usage})
        assert team.event("a")["cost_usd"] is None
        rewrite(exported, with_a_new_model)
        truecompute("stage", str(exported))
        truecompute("activate")
        work(database_url)
        assert team.event("a")["cost_usd"] == "3"


def test_a_refused_book_says_why_and_needs_a_reason(
    truecompute: Truecompute, exported: Path
) -> None:
    def dearer(book: dict[str, Any]) -> None:
        with_a_new_model(book)
        book["models"] = [
            model | {"prices": [dearer_price(each) for each in model["prices"]]}
            if (model["provider"], model["model"]) == ("openai", "gpt-4o")
            else model
            for model in book["models"]
        ]

    rewrite(exported, dearer)
    staged = truecompute("stage", str(exported))
    assert "refused: openai gpt-4o input default standard: $2.5 -> $2500 per million" in (
        staged.output
    )
    refused = truecompute("activate")
    assert refused.exit_code == 1
    assert "The staged price book is refused" in refused.output
    assert truecompute("activate", "--accept", "a typo of ours").exit_code == 0
    truecompute("use-bundled")
    assert "(a typo of ours)" in truecompute("status").output


def test_what_cannot_be_done_is_said_in_a_sentence(
    truecompute: Truecompute, exported: Path
) -> None:
    for command in ("compare", "activate", "discard"):
        answer = truecompute(command)
        assert (answer.exit_code, answer.output.count("\n")) == (1, 1)
        assert "No price book is staged." in answer.output
    rewrite(exported, lambda book: book["models"].pop())
    assert "book_version of its own" in truecompute("stage", str(exported)).output
    exported.write_bytes(b"{")
    assert "This is not a price book" in truecompute("stage", str(exported)).output
    assert truecompute("use-bundled").output == "The bundled price book is in force already.\n"


def test_a_staged_book_can_be_discarded(truecompute: Truecompute, exported: Path) -> None:
    truecompute("stage", str(exported))
    assert "forgotten" in truecompute("discard").output
    assert "Staged" not in truecompute("status").output


def dearer_price(price: dict[str, Any]) -> dict[str, Any]:
    rates = {name: rate | {"usd": "2500"} for name, rate in price["rates"].items()}
    return price | {"rates": rates}
