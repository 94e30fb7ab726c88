"""Two price books side by side: what changed, and what must not change unseen."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from domain.money import plain
from domain.pricing.pricing_table import PricingTable
from domain.pricing.rate_changes import Model, RateChange, changes_of, quotes_of

#: Shares of models that may go, or lose a price, at once: of the book, and of one provider.
MOST_GONE = Decimal("0.02")
MOST_GONE_OF_PROVIDER = Decimal("0.2")
#: One or two models of a small provider may always go.
FEW = 2
#: The share of models whose price may change at once.
MOST_CHANGED = Decimal("0.25")


@dataclass(frozen=True, slots=True, kw_only=True)
class BookChanges:
    """What a new book changes from one day on; models are pairs of provider and name.

    ``removed`` are the models whose name has no price any more, ``no_longer_sold`` pairs of a
    provider and another one whose models have no price there any more.
    """

    before: Collection[Model]
    added: tuple[Model, ...]
    removed: tuple[Model, ...]
    changed: tuple[RateChange, ...]
    no_longer_sold: tuple[tuple[str, str], ...] = ()


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
    """What changes for calls of ``day`` and later when ``after`` takes the place of ``before``.

    Every model of the old book is asked for by its name in both: a record may go and its price
    stay with another one, and a new record may take a name from an old one.
    """
    old, new = _models_with_prices(before, day), _models_with_prices(after, day)
    gone = {model for model in old - new if not any(quotes_of(after, model, day))}
    changed = (
        change for model in sorted(old - gone) for change in changes_of(model, before, after, day)
    )
    return BookChanges(
        before=frozenset(old),
        added=tuple(sorted(new - old)),
        removed=tuple(sorted(gone)),
        no_longer_sold=tuple(sorted(before.fallbacks - after.fallbacks)),
        changed=tuple(sorted(changed, key=lambda each: (each.provider, each.model, each.about))),
    )


def refusals(changes: BookChanges, noted: Collection[Model] = ()) -> list[Refusal]:
    """What speaks against the new book; models in ``noted`` may move as far as they do."""
    drastic = [
        Refusal(RefusalCode.DRASTIC_PRICE, line_of(change))
        for change in changes.changed
        if change.is_drastic and (change.provider, change.model) not in noted
    ]
    lost = [Refusal(RefusalCode.MASS_REMOVAL, _lost(pair)) for pair in changes.no_longer_sold]
    return [*drastic, *lost, *_removals(changes), *_mass_change(changes)]


def summary(changes: BookChanges) -> Iterator[str]:
    """The changes in lines that a person reads."""
    for change in changes.changed:
        yield f"changed  {line_of(change)}"
    yield from map(_lost, changes.no_longer_sold)
    for sign, models in (("removed", changes.removed), ("added", changes.added)):
        for provider, model in models:
            yield f"{sign:8} {provider} {model}"
    counted = f"{len(changes.added)} added, {len(changes.removed)} removed"
    yield f"{len(changes.changed)} prices changed, models: {counted}"


def _lost(pair: tuple[str, str]) -> str:
    return f"models of {pair[1]} have no price at {pair[0]} any more"


def line_of(change: RateChange) -> str:
    after = "no price" if change.after_usd is None else f"${plain(change.after_usd)} per million"
    begins = f" from {change.from_day} on" if change.from_day else ""
    moved = f"${plain(change.before_usd)} -> {after}"
    return f"{change.provider} {change.model} {change.about}: {moved}{begins}"


def _models_with_prices(table: PricingTable, day: date) -> set[Model]:
    """Those with a price on ``day`` or later."""
    return {
        (row.provider, row.model)
        for row in table.prices()
        if row.valid_to is None or day < row.valid_to
    }


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
