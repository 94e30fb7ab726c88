"""One book of two sources: what both say, what one says alone, and where they disagree."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

import msgspec

from adapters.pricing.book_records import (
    ContestedRecord,
    MatchRecord,
    ModelRecord,
    PriceRecord,
)
from domain.pricing.pricing_table import PricingTable
from tools.price_book.joining import complemented, price_of, until
from tools.price_book.litellm import ORDINARY, SOURCE, Listing
from tools.price_book.pins import Pin, Pins
from tools.price_book.records import (
    Difference,
    circumstance_of,
    current,
    differences,
    ordinary,
    to_records,
)

_Key = tuple[str, str]


class Verdict(StrEnum):
    """What became of a name that ``litellm`` lists."""

    ALONE = "only in litellm"
    AGREES = "agrees"
    SELLER = "the seller's own price"
    PINNED = "pinned"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True)
class Finding:
    """A name that both sources know something about, and what was decided."""

    provider: str
    name: str
    verdict: Verdict
    differing: Mapping[str, Difference] = field(default_factory=dict)
    pin: Pin | None = None


class Merge:
    """Joins ``listings`` to the ``models`` of the first source, as they stand on ``day``.

    The first source has dates and rules of matching, so its records are the base. A name on which
    both agree adds what only the second knows: classes, tiers of service, regions. A name on which
    they disagree gets a record of its own, before the one it would have matched.
    """

    def __init__(
        self, models: Iterable[ModelRecord], table: PricingTable, pins: Pins, day: date
    ) -> None:
        self._records: dict[_Key, ModelRecord] = {(m.provider, m.model): m for m in models}
        self._table = table
        self._pins = pins
        self._day = day
        self._own: dict[_Key, ModelRecord] = {}
        self._agreeing: dict[_Key, list[Listing]] = {}
        self.findings: list[Finding] = []

    def join(self, listings: Iterable[Listing]) -> tuple[ModelRecord, ...]:
        """All records, those of single names first, sorted by provider."""
        for listing in listings:
            self._take(listing)
        for key, agreeing in self._agreeing.items():
            self._records[key] = complemented(self._records[key], agreeing, self._day)
        merged = (*self._own.values(), *self._records.values())
        return tuple(sorted(merged, key=lambda record: record.provider))

    def _take(self, listing: Listing) -> None:
        record = self._record_of(listing)
        if record is None:
            self._add(listing, self._prices_of(listing), Verdict.ALONE)
            return
        base, theirs = ordinary(record, self._day), listing.rates.get(ORDINARY)
        if base is None or not base.rates or theirs is None:
            if record.provider != listing.provider:
                self._add(listing, self._prices_of(listing), Verdict.ALONE)
            else:
                self._agree(record, listing)
            return
        differing = self._differing(record, base, listing)
        if not differing:
            self._found_agreeing(record, listing)
        elif record.provider != listing.provider:
            # What is stated for the seller itself holds before what another seller charges.
            self._add(listing, self._prices_of(listing), Verdict.SELLER, differing)
        else:
            self._decide(record, base, listing, differing)

    def _record_of(self, listing: Listing) -> ModelRecord | None:
        """The record that the name means; one that does not match its own name learns to."""
        found = self._table.find(listing.provider, listing.name)
        if found is not None:
            return self._records[found.provider, found.name]
        key = (listing.provider, listing.name)
        record = self._records.get(key)
        if record is None:
            return None
        match = MatchRecord(any_of=(MatchRecord(equals=listing.name), record.match))
        self._records[key] = msgspec.structs.replace(record, match=match)
        return self._records[key]

    def _differing(
        self, record: ModelRecord, base: PriceRecord, listing: Listing
    ) -> dict[str, Difference]:
        """Where the two differ; a source's peak hours are compared with the other's."""
        theirs = to_records(listing.rates[ORDINARY])
        peak = current(record.prices, ORDINARY, self._day, windowed=True)
        if listing.off_peak is None or not peak:
            return differences(base.rates, theirs)
        off_peak = to_records(listing.off_peak.rates)
        return differences(base.rates, off_peak) | differences(peak[-1].rates, theirs)

    def _found_agreeing(self, record: ModelRecord, listing: Listing) -> None:
        if record.provider == listing.provider:
            self._agree(record, listing)
            return
        self.findings.append(Finding(listing.provider, listing.name, Verdict.AGREES))
        if len(listing.rates) > 1 or self._adds_classes(record, listing):
            # Sold by somebody else at the same price, with tiers of its own.
            shared = [p for p in record.prices if circumstance_of(p) == ORDINARY]
            own = ModelRecord(
                provider=listing.provider,
                model=listing.name,
                match=MatchRecord(equals=listing.name),
                prices=tuple(shared),
            )
            self._own[own.provider, own.model] = complemented(own, [listing], self._day)

    def _adds_classes(self, record: ModelRecord, listing: Listing) -> bool:
        base = ordinary(record, self._day)
        return base is not None and not listing.rates[ORDINARY].keys() <= base.rates.keys()

    def _agree(self, record: ModelRecord, listing: Listing) -> None:
        self.findings.append(Finding(listing.provider, listing.name, Verdict.AGREES))
        self._agreeing.setdefault((record.provider, record.model), []).append(listing)

    def _decide(
        self,
        record: ModelRecord,
        base: PriceRecord,
        listing: Listing,
        differing: Mapping[str, Difference],
    ) -> None:
        pin = self._pins.find(listing.provider, listing.name)
        if pin is not None and pin.holds == SOURCE:
            before = [p for p in record.prices if pin.since is not None]
            prices = (*until(before, pin.since), *self._prices_of(listing, since=pin.since))
            self._add(listing, prices, Verdict.PINNED, differing, pin)
            return
        if pin is None:
            theirs = to_records(listing.rates[ORDINARY])
            contested = ContestedRecord(SOURCE, {name: theirs[name] for name in differing})
            disputed = msgspec.structs.replace(base, disputed=True, contested=contested)
            prices = tuple(disputed if price is base else price for price in record.prices)
            self._add(listing, prices, Verdict.DISPUTED, differing)
            return
        self.findings.append(
            Finding(listing.provider, listing.name, Verdict.PINNED, differing, pin)
        )

    def _add(
        self,
        listing: Listing,
        prices: tuple[PriceRecord, ...],
        verdict: Verdict,
        differing: Mapping[str, Difference] | None = None,
        pin: Pin | None = None,
    ) -> None:
        """A record for the listing's own name; where the name is a record's, that one changes."""
        self.findings.append(Finding(listing.provider, listing.name, verdict, differing or {}, pin))
        key = (listing.provider, listing.name)
        if key in self._records:
            self._records[key] = msgspec.structs.replace(self._records[key], prices=prices)
            return
        self._own[key] = ModelRecord(
            provider=listing.provider,
            model=listing.name,
            match=MatchRecord(equals=listing.name),
            prices=prices,
        )

    def _prices_of(self, listing: Listing, since: date | None = None) -> tuple[PriceRecord, ...]:
        """Everything that the listing says, as prices of its source."""
        prices = [
            price_of(to_records(rates), circumstance, since)
            for circumstance, rates in listing.rates.items()
        ]
        if listing.off_peak is not None:
            rates = to_records(listing.off_peak.rates)
            prices += [
                msgspec.structs.replace(price_of(rates, ORDINARY, since), window=window, days=days)
                for window, days in listing.off_peak.windows
            ]
        return tuple(prices)
