"""Two price books side by side: what changed, and what must not change unseen."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from domain.money import EXACT, plain
from domain.pricing.cost import amount_of
from domain.pricing.listing import PriceRow
from domain.pricing.pricing_table import PricingTable

#: A price that moves further than this, up or down, is an error until somebody says why.
MOST_FACTOR = 10
#: Shares of models that may go, or lose a price, at once: of the book, and of one provider.
MOST_GONE = Decimal("0.02")
MOST_GONE_OF_PROVIDER = Decimal("0.2")
#: One or two models of a small provider may always go.
FEW = 2
#: The share of models whose price may change at once.
MOST_CHANGED = Decimal("0.25")

Model = tuple[str, str]
#: By class and circumstance, the price of a million units.
_Rates = Mapping[str, Decimal]


@dataclass(frozen=True, slots=True, order=True)
class RateChange:
    """A price of one unit, before and after; ``about`` names class and circumstance.

    None for ``after_usd`` is a price that is gone. ``from_day`` is None for a change that is seen
    at once, else the day on which it begins.
    """

    provider: str
    model: str
    about: str
    before_usd: Decimal
    after_usd: Decimal | None
    from_day: date | None = None

    @property
    def is_drastic(self) -> bool:
        """Whether it moved more than tenfold, to zero and from zero included."""
        if self.after_usd is None:
            return False
        low, high = sorted((self.before_usd, self.after_usd))
        return high > EXACT.multiply(low, MOST_FACTOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookChanges:
    """What a new book changes from one day on; models are pairs of provider and name.

    ``removed`` are also the models whose own name does not mean them any more.
    """

    before: Collection[Model]
    added: tuple[Model, ...]
    removed: tuple[Model, ...]
    changed: tuple[RateChange, ...]


class RefusalCode(StrEnum):
    DRASTIC_PRICE = "drastic_price"
    MASS_REMOVAL = "mass_removal"
    MASS_CHANGE = "mass_change"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a book is not taken as it is."""

    code: RefusalCode
    detail: str


def compare(before: PricingTable, after: PricingTable, day: date) -> BookChanges:
    """What changes for calls of ``day`` and later when ``after`` takes the place of ``before``."""
    old, new = _rows_by_model(before, day), _rows_by_model(after, day)
    kept = {model for model in old.keys() & new.keys() if _is_still_meant(model, before, after)}
    return BookChanges(
        before=frozenset(old),
        added=tuple(sorted(new.keys() - old.keys())),
        removed=tuple(sorted(old.keys() - kept)),
        changed=tuple(
            sorted(
                (
                    change
                    for model in kept
                    for change in _changes(model, old[model], new[model], day)
                ),
                key=lambda change: (change.provider, change.model, change.about),
            )
        ),
    )


def refusals(changes: BookChanges, noted: Collection[Model] = ()) -> list[Refusal]:
    """What speaks against the new book; models in ``noted`` may move as far as they do."""
    drastic = [
        Refusal(RefusalCode.DRASTIC_PRICE, line_of(change))
        for change in changes.changed
        if change.is_drastic and (change.provider, change.model) not in noted
    ]
    return [*drastic, *_removals(changes), *_mass_change(changes)]


def summary(changes: BookChanges) -> Iterator[str]:
    """The changes in lines that a person reads."""
    for change in changes.changed:
        yield f"changed  {line_of(change)}"
    for sign, models in (("removed", changes.removed), ("added", changes.added)):
        for provider, model in models:
            yield f"{sign:8} {provider} {model}"
    counted = f"{len(changes.added)} added, {len(changes.removed)} removed"
    yield f"{len(changes.changed)} prices changed, models: {counted}"


def line_of(change: RateChange) -> str:
    after = "no price" if change.after_usd is None else f"${plain(change.after_usd)} per million"
    begins = f" from {change.from_day} on" if change.from_day else ""
    moved = f"${plain(change.before_usd)} -> {after}"
    return f"{change.provider} {change.model} {change.about}: {moved}{begins}"


def _is_still_meant(model: Model, before: PricingTable, after: PricingTable) -> bool:
    """Whether the model's own name means it in the new book, if it did in the old one."""
    found, still = before.find(*model), after.find(*model)
    was_meant = found is not None and (found.provider, found.name) == model
    return not was_meant or (still is not None and (still.provider, still.name) == model)


def _rows_by_model(table: PricingTable, day: date) -> dict[Model, list[PriceRow]]:
    """The rows that hold on ``day`` or later."""
    found: dict[Model, list[PriceRow]] = {}
    for row in table.prices():
        if row.valid_to is None or day < row.valid_to:
            found.setdefault((row.provider, row.model), []).append(row)
    return found


def _changes(
    model: Model, old: list[PriceRow], new: list[PriceRow], day: date
) -> Iterator[RateChange]:
    """The first change of each price, today's or one that a row announces."""
    days = {bound for row in (*old, *new) for bound in (row.valid_from, row.valid_to) if bound}
    seen: set[str] = set()
    for each in (day, *sorted(bound for bound in days if bound > day)):
        before, after = _rates_on(old, each), _rates_on(new, each)
        for about in before.keys() - seen:
            if before[about] != after.get(about):
                seen.add(about)
                begins = None if each == day else each
                yield RateChange(*model, about, before[about], after.get(about), begins)


def _rates_on(rows: Iterable[PriceRow], day: date) -> _Rates:
    found: dict[str, Decimal] = {}
    for row in rows:
        begun = row.valid_from is None or row.valid_from <= day
        if not begun or (row.valid_to is not None and day >= row.valid_to):
            continue
        for rate in row.rates:
            stated = (rate.service_tier, rate.speed, rate.region, row.window, rate.tier_from)
            about = " ".join([rate.class_, *(str(part) for part in stated if part is not None)])
            found[about] = amount_of(10**6, rate.unit_price_usd, rate.per)
    return found


def _removals(changes: BookChanges) -> Iterator[Refusal]:
    poorer = {(c.provider, c.model) for c in changes.changed if c.after_usd is None}
    lost, all_models = poorer | set(changes.removed), len(changes.before)
    if len(lost) > FEW and len(lost) > MOST_GONE * all_models:
        detail = f"{len(lost)} of {all_models} models are gone or lose a price"
        yield Refusal(RefusalCode.MASS_REMOVAL, detail)
    before = Counter(provider for provider, _ in changes.before)
    for provider, number in sorted(Counter(provider for provider, _ in lost).items()):
        is_all = number == before[provider] and not any(p == provider for p, _ in changes.added)
        is_many = number > FEW and number > MOST_GONE_OF_PROVIDER * before[provider]
        if is_all or is_many:
            detail = f"{number} of {before[provider]} models of {provider} are gone or lose a price"
            yield Refusal(RefusalCode.MASS_REMOVAL, detail)


def _mass_change(changes: BookChanges) -> Iterator[Refusal]:
    moved = len({(change.provider, change.model) for change in changes.changed})
    if moved > FEW and moved > MOST_CHANGED * len(changes.before):
        detail = f"the prices of {moved} of {len(changes.before)} models change at once"
        yield Refusal(RefusalCode.MASS_CHANGE, detail)
