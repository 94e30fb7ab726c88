"""Models and their prices from the development dependency ``genai_prices``."""

from collections.abc import Iterator
from datetime import date, time
from importlib.metadata import distribution
from typing import TypeGuard

from genai_prices import data, types

from adapters.pricing.book_records import MatchRecord, ModelRecord, PriceRecord
from domain.providers import canonical_provider
from tools.price_book.rates import Stated, rates_of

SOURCE = "genai-prices"

#: Circumstances of a price and what they are here; others (a route, a search type) are left out.
_TIERS = {"processing": {"batch"}, "service_tier": {"flex", "priority", "fast", "scale"}}
_Days = tuple[date | None, date | None]
_Window = tuple[time, time] | None


def licence() -> str:
    """The notice under which the source's data may be passed on."""
    files = distribution(SOURCE).files or ()
    return next(f for f in files if "license" in f.name.lower()).read_text()


def models() -> Iterator[ModelRecord]:
    """Every model, by our names of providers; within one, in the source's order of matching."""
    for provider in sorted(data.providers, key=lambda p: canonical_provider(p.id, None)):
        for model in provider.models:
            yield ModelRecord(
                provider=canonical_provider(provider.id, None),
                model=model.id,
                match=match_of(model.match),
                prices=tuple(prices_of(model)),
            )


def fallbacks() -> dict[str, tuple[str, ...]]:
    """Where a provider without a price of its own for a model sells at another's."""
    return {
        canonical_provider(provider.id, None): tuple(
            canonical_provider(other, None) for other in provider.fallback_model_providers
        )
        for provider in data.providers
        if provider.fallback_model_providers
    }


def match_of(clause: types.MatchLogic) -> MatchRecord:
    """The clause in our words, texts in lower case as model names are when they are compared."""
    match clause:
        case types.ClauseEquals():
            return MatchRecord(equals=clause.equals.lower())
        case types.ClauseStartsWith():
            return MatchRecord(starts_with=clause.starts_with.lower())
        case types.ClauseEndsWith():
            return MatchRecord(ends_with=clause.ends_with.lower())
        case types.ClauseContains():
            return MatchRecord(contains=clause.contains.lower())
        case types.ClauseRegex():
            return MatchRecord(regex=clause.regex)
        case types.ClauseOr():
            return MatchRecord(any_of=tuple(match_of(part) for part in clause.or_))
        case types.ClauseAnd():
            return MatchRecord(all_of=tuple(match_of(part) for part in clause.and_))


def prices_of(model: types.ModelInfo) -> Iterator[PriceRecord]:
    """Every price of a model: the ordinary ones, then those of other tiers; later ones win."""
    ordinary = list(_ordinary(model))
    for days, window, stated in ordinary:
        yield _record(model.id, days, window, stated)
    for circumstance in dict.fromkeys(
        found for variant in model.price_variants or () if (found := _circumstance(variant))
    ):
        for days, window, stated in ordinary:
            yield from _special(model, circumstance, days, window, stated)


def _ordinary(model: types.ModelInfo) -> Iterator[tuple[_Days, _Window, Stated]]:
    """Prices in the source's order. A daily window follows the date that stands before it:

    the source cannot say both at once, and would apply today's peak hours to days long past.
    """
    listed = model.prices
    if isinstance(listed, types.ModelPrice):
        listed = [types.ConditionalPrice(prices=listed)]
    starts = [c.constraint.start_date for c in listed if _is_date(c.constraint)]
    begins: date | None = None
    for conditional in listed:
        constraint, window = conditional.constraint, None
        if isinstance(constraint, types.StartDateConstraint):
            begins = constraint.start_date
        elif isinstance(constraint, types.TimeOfDateConstraint):
            window = (_naive(constraint.start_time), _naive(constraint.end_time))
        ends = min((day for day in starts if begins is None or day > begins), default=None)
        yield (begins, ends), window, _stated(conditional.prices)


def _special(
    model: types.ModelInfo,
    circumstance: tuple[str, str],
    days: _Days,
    window: _Window,
    ordinary: Stated,
) -> Iterator[PriceRecord]:
    """An ordinary price as another tier changes it, cut where a change begins."""
    variants = [v for v in model.price_variants or () if _circumstance(v) == circumstance]
    first, last = days
    cuts = sorted({v.constraint.start_date for v in variants if _is_date(v.constraint)})
    inside = [c for c in cuts if (not first or c > first) and (not last or c < last)]
    for begins, ends in zip([first, *inside], [*inside, last], strict=True):
        changed: Stated = {}
        for variant in variants:
            if not _is_date(variant.constraint) or _has_begun(variant.constraint, begins):
                changed = {**_stated(variant.prices), **changed}  # the first to state a key wins
        if changed:
            yield _record(model.id, (begins, ends), window, {**ordinary, **changed}, circumstance)


def _record(
    model: str,
    days: _Days,
    window: _Window,
    stated: Stated,
    circumstance: tuple[str, str] = ("default", "standard"),
) -> PriceRecord:
    return PriceRecord(
        source=SOURCE,
        rates=rates_of(model, stated),
        service_tier=circumstance[0],
        speed=circumstance[1],
        valid_from=days[0],
        valid_to=days[1],
        window=window,
    )


def _circumstance(variant: types.PriceVariant) -> tuple[str, str] | None:
    """Tier and speed of a variant; None for one that is about something else."""
    if len(variant.when) != 1:
        return None
    ((dimension, value),) = variant.when.items()
    if value in _TIERS.get(dimension, ()):
        return value, "standard"
    return ("default", value) if (dimension, value) == ("speed", "fast") else None


def _stated(prices: types.ModelPrice) -> Stated:
    return {key: value for key, value in vars(prices).items() if value is not None}


def _is_date(constraint: object) -> TypeGuard[types.StartDateConstraint]:
    return isinstance(constraint, types.StartDateConstraint)


def _has_begun(constraint: types.StartDateConstraint, day: date | None) -> bool:
    return day is not None and constraint.start_date <= day


def _naive(moment: time) -> time:
    """A time of day in UTC; the source gives it with that zone."""
    if moment.utcoffset():
        raise ValueError(f"not UTC: {moment}")
    return moment.replace(tzinfo=None)
