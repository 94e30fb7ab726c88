"""Published usage objects of every provider: read as they must be, and priced by the words."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adapters.pricing.book import load_pricing_table
from domain.costing import explain
from domain.event import Event, ReportedEvent
from domain.money import exact_sum
from domain.providers import canonical_provider
from domain.recording import record
from domain.usage.normalise import _CONVENTIONS
from tests.builders import NOW

TABLE = load_pricing_table()
FOLDER = Path(__file__).parents[2] / "corpus"
NOON = "2026-11-20T12:00:00Z"
PER = {
    "per million": 10**6,
    "per thousand": 1000,
    "each": 1,
    "per hour of 3,600 seconds": 3600,
}
_TERM = re.compile(r"([\d,.]+) x \$([\d.]+)")


@dataclass(frozen=True, slots=True)
class Case:
    """A usage object, what it must be read as, and what it costs."""

    file: str
    entry: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.file}: {self.entry['name']}"

    def recorded(self) -> Event:
        entry, more = self.entry, self.entry.get("event", {})
        at = datetime.fromisoformat(entry.get("at", NOON))
        provider = canonical_provider(entry["provider"], more.get("api_base"))
        reported = ReportedEvent(
            id="x",
            timestamp=at,
            model=entry["model"],
            provider=provider,
            provider_usage=entry["provider_usage"],
            **more,
        )
        return record(reported, organization_id="o", api_key_id="k", received_at=NOW, prices=TABLE)


CASES = [
    Case(file.stem, entry)
    for file in sorted(FOLDER.glob("*.json"))
    for entry in json.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
]


def reckoned(arithmetic: str) -> Decimal:
    """The words, done again: terms times prices, in the measures that they name."""
    terms, _, stated = arithmetic.partition(" = $")
    total = Decimal(0)
    for part in terms.split("; "):
        per = next(number for words, number in PER.items() if part.endswith(words))
        for quantity, price in _TERM.findall(part):
            total += Decimal(quantity.replace(",", "")) * Decimal(price) / per
    assert total == Decimal(stated), arithmetic
    return total


def test_the_corpus_is_large_and_covers_the_providers() -> None:
    assert len(CASES) >= 150
    # What speaks OpenAI's language is read by the same rule under any name.
    assert _CONVENTIONS.keys() - {"openai_compatible"} <= {case.file for case in CASES}
    assert len({str(case) for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_object_is_read_as_its_provider_means_it(case: Case) -> None:
    event = case.recorded()
    tokens = {str(name): number for name, number in event.usage.tokens.items()}
    assert tokens == case.entry["tokens"]
    units = {str(name): number for name, number in event.usage.units.items()}
    counted = {name: Decimal(n) for name, n in case.entry.get("units", {}).items()}
    assert units == {name: n for name, n in counted.items() if name != "requests"}
    if "service_tier" in case.entry:
        assert event.service_tier == case.entry["service_tier"]
    quote = event.cost.quote
    notes = {*event.cost.notes, *(quote.notes if quote else ())}
    # Whose object it is and when it was made may be left to the entry's name and arithmetic.
    implied = {note for note in notes if note.startswith(("framework_usage:", "time_of_day:"))}
    stated = set(case.entry.get("notes", []))
    assert stated <= notes <= stated | implied


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_cost_is_what_the_arithmetic_says(case: Case) -> None:
    event = case.recorded()
    assert event.cost.source == case.entry["cost_source"]
    if "reported_usd" in case.entry:
        assert event.cost.cost_usd == Decimal(case.entry["reported_usd"])
    elif "arithmetic" in case.entry:
        assert event.cost.cost_usd == reckoned(case.entry["arithmetic"])
    else:
        assert event.cost.cost_usd is None
    lines = explain(event.cost, event.usage).lines
    assert exact_sum(line.amount_usd for line in lines) == (event.cost.cost_usd or 0)
