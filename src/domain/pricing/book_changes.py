"""Two price books side by side: what changed, and what must not change unseen."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from domain.money import EXACT, plain
from domain.pricing.cost import amount_of
from domain.pricing.listing import PriceRow

#: A price that moves further than this, up or down, is an error until somebody says why.
MOST_FACTOR = 10
#: Shares of models that may go at once: of the whole book, and of one provider.
MOST_GONE = Decimal("0.02")
MOST_GONE_OF_PROVIDER = Decimal("0.2")
#: One or two models of a small provider may always go.
FEW = 2
#: The share of models whose price may change at once.
MOST_CHANGED = Decimal("0.25")

Model = tuple[str, str]


@dataclass(frozen=True, slots=True, order=True)
class RateChange:
    """A price of one unit, before and after; ``about`` names class and circumstance."""

    provider: str
    model: str
    about: str
    before_usd: Decimal
    after_usd: Decimal

    @property
    def is_drastic(self) -> bool:
        """Whether it moved more than tenfold, to zero and from zero included."""
        low, high = sorted((self.before_usd, self.after_usd))
        return high > EXACT.multiply(low, MOST_FACTOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookChanges:
    """What a new book changes for calls of one day; models are pairs of provider and name."""

    before: Collection[Model]
    added: tuple[Model, ...]
    removed: tuple[Model, ...]
    changed: tuple[RateChange, ...]

    @property
    def is_nothing(self) -> bool:
        return not (self.added or self.removed or self.changed)


class RefusalCode(StrEnum):
    DRASTIC_PRICE = "drastic_price"
    MASS_REMOVAL = "mass_removal"
    MASS_CHANGE = "mass_change"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a book is not taken as it is."""

    code: RefusalCode
    detail: str


def compare(before: Iterable[PriceRow], after: Iterable[PriceRow], day: date) -> BookChanges:
    """What changes for calls of ``day`` when ``after`` takes the place of ``before``."""
    old, new = _prices(before, day), _prices(after, day)
    return BookChanges(
        before=frozenset(old),
        added=tuple(sorted(new.keys() - old.keys())),
        removed=tuple(sorted(old.keys() - new.keys())),
        changed=tuple(
            sorted(
                RateChange(*model, about, old[model][about], new[model][about])
                for model in old.keys() & new.keys()
                for about in old[model].keys() & new[model].keys()
                if old[model][about] != new[model][about]
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
    before, after = plain(change.before_usd), plain(change.after_usd)
    return f"{change.provider} {change.model} {change.about}: ${before} -> ${after} per million"


def _prices(rows: Iterable[PriceRow], day: date) -> dict[Model, dict[str, Decimal]]:
    """By model, the price of a million of each class in each circumstance."""
    found: dict[Model, dict[str, Decimal]] = {}
    for row in rows:
        begun = row.valid_from is None or row.valid_from <= day
        if not begun or (row.valid_to is not None and day >= row.valid_to):
            continue
        prices = found.setdefault((row.provider, row.model), {})
        for rate in row.rates:
            stated = (rate.service_tier, rate.speed, rate.region, row.window, rate.tier_from)
            about = " ".join([rate.class_, *(str(part) for part in stated if part is not None)])
            prices[about] = amount_of(10**6, rate.unit_price_usd, rate.per)
    return found


def _removals(changes: BookChanges) -> Iterator[Refusal]:
    gone, all_models = len(changes.removed), len(changes.before)
    if gone > FEW and gone > MOST_GONE * all_models:
        yield Refusal(RefusalCode.MASS_REMOVAL, f"{gone} of {all_models} models are gone")
    before = Counter(provider for provider, _ in changes.before)
    for provider, number in sorted(Counter(p for p, _ in changes.removed).items()):
        is_all = number == before[provider] and not any(p == provider for p, _ in changes.added)
        is_many = number > FEW and number > MOST_GONE_OF_PROVIDER * before[provider]
        if is_all or is_many:
            detail = f"{number} of {before[provider]} models of {provider} are gone"
            yield Refusal(RefusalCode.MASS_REMOVAL, detail)


def _mass_change(changes: BookChanges) -> Iterator[Refusal]:
    moved = len({(change.provider, change.model) for change in changes.changed})
    if moved > FEW and moved > MOST_CHANGED * len(changes.before):
        detail = f"the prices of {moved} of {len(changes.before)} models change at once"
        yield Refusal(RefusalCode.MASS_CHANGE, detail)
