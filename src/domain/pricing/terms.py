"""An organization's own terms: agreed prices, discounts and names, with their days."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from domain.errors import Invalid
from domain.money import MOST_USD, decimals_of
from domain.phrases import Phrase
from domain.service_tier import DEFAULT, plain_region, plain_service_tier
from domain.text import check_text
from domain.usage.token_usage import TokenClass, Unit

LONGEST_NOTE = 500
MOST_RATES = 64
MOST_PRICE_DECIMALS = 18
MOST_PERCENT_DECIMALS = 4
#: What prices are stated for: one, a thousand, a million, and an hour in seconds.
PERS = (1, 1000, 10**6, 3600)
_NAMES = frozenset(TokenClass) | frozenset(Unit)
_MOST_TOKENS = 10**9


class TermsKind(StrEnum):
    """The kinds of terms, each with a list of its own."""

    OWN_PRICE = "own_price"
    DISCOUNT = "discount"
    ALIAS = "alias"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedTerms:
    """What all terms say: who bills (a canonical provider), and on which half-open UTC days.

    Raises:
        Invalid: no provider, a note that is too long, or days that end before they begin.
    """

    provider: str
    valid_from: date | None = None
    valid_to: date | None = None
    note: str | None = None

    def __post_init__(self) -> None:
        check_text(self.provider, "/provider", shortest=1)
        if self.note is not None:
            check_text(self.note, "/note", longest=LONGEST_NOTE)
        if self.valid_from and self.valid_to and self.valid_from >= self.valid_to:
            raise Invalid.at("/valid_to", "must be after valid_from", code="invalid_range")

    def holds_on(self, day: date) -> bool:
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or day < self.valid_to)

    def overlaps(self, other: "DatedTerms") -> bool:
        """Whether both hold on some day."""
        first, last = date.min, date.max
        return (self.valid_from or first) < (other.valid_to or last) and (
            other.valid_from or first
        ) < (self.valid_to or last)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRate:
    """US dollars for every ``per`` of a token class or unit.

    ``tier_from`` is the prompt size above which it holds, None for every prompt. ``region`` None
    holds in every region. Tier of service and region are kept as calls state them.

    Raises:
        Invalid: no such class, or a price or number that is out of bounds.
    """

    class_: str
    unit_price_usd: Decimal
    per: int
    tier_from: int | None = None
    service_tier: str = DEFAULT
    region: str | None = None

    def __post_init__(self) -> None:
        if self.class_ not in _NAMES:
            raise Invalid.at("/rates", f"{self.class_!r} is no token class and no unit")
        price = self.unit_price_usd
        if not price.is_finite() or not 0 <= price <= MOST_USD:
            raise Invalid.at("/rates", f"prices must be from 0 to {MOST_USD} US dollars")
        if decimals_of(price) > MOST_PRICE_DECIMALS:
            raise Invalid.at("/rates", f"prices must have at most {MOST_PRICE_DECIMALS} decimals")
        if self.per not in PERS:
            raise Invalid.at("/rates", f"per must be one of {', '.join(map(str, PERS))}")
        if self.tier_from is not None and not 0 < self.tier_from <= _MOST_TOKENS:
            raise Invalid.at("/rates", f"tier_from must be from 1 to {_MOST_TOKENS}")
        check_text(self.service_tier, "/rates", shortest=1, longest=64)
        if self.region is not None:
            check_text(self.region, "/rates", shortest=1, longest=64)
        # As calls have them, whoever typed them.
        object.__setattr__(self, "service_tier", plain_service_tier(self.service_tier) or DEFAULT)
        object.__setattr__(self, "region", plain_region(self.region))

    @property
    def circumstance(self) -> tuple[str, str, str | None]:
        return self.class_, self.service_tier, self.region


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPriceTerms(DatedTerms):
    """What an organization pays for a model; a class without a rate here keeps its list price.

    ``model`` is any name of the model.

    Raises:
        Invalid: also for no rate, one that is stated twice, or a tier without a base.
    """

    kind = TermsKind.OWN_PRICE
    model: str
    rates: tuple[OwnRate, ...]

    def __post_init__(self) -> None:
        DatedTerms.__post_init__(self)
        check_text(self.model, "/model", shortest=1)
        if not 1 <= len(self.rates) <= MOST_RATES:
            detail = Phrase("must have from 1 to %(most)s entries", most=MOST_RATES)
            raise Invalid.at("/rates", detail)
        stated = [(*rate.circumstance, rate.tier_from) for rate in self.rates]
        if len(set(stated)) < len(stated):
            raise Invalid.at("/rates", "must state each price once")
        bases = {rate.circumstance for rate in self.rates if rate.tier_from is None}
        if any(rate.circumstance not in bases for rate in self.rates):
            raise Invalid.at("/rates", "a price with tier_from needs one without beside it")

    @property
    def name(self) -> str:
        return self.model


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscountTerms(DatedTerms):
    """``percent`` off every list price of the provider.

    Raises:
        Invalid: also for a percentage that is not above 0 and at most 100.
    """

    kind = TermsKind.DISCOUNT
    percent: Decimal

    def __post_init__(self) -> None:
        DatedTerms.__post_init__(self)
        if not self.percent.is_finite() or not 0 < self.percent <= 100:
            raise Invalid.at("/percent", "must be above 0 and at most 100")
        if decimals_of(self.percent) > MOST_PERCENT_DECIMALS:
            detail = Phrase("must have at most %(most)s decimals", most=MOST_PERCENT_DECIMALS)
            raise Invalid.at("/percent", detail)

    @property
    def name(self) -> str:
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasTerms(DatedTerms):
    """Calls of ``alias`` at the provider are priced as ``model``: an Azure deployment, say.

    ``model_provider`` sells the model, None is the provider itself.

    Raises:
        Invalid: also for a name that means itself.
    """

    kind = TermsKind.ALIAS
    alias: str
    model: str
    model_provider: str | None = None

    def __post_init__(self) -> None:
        DatedTerms.__post_init__(self)
        check_text(self.alias, "/alias", shortest=1)
        check_text(self.model, "/model", shortest=1)
        if self.model_provider is not None:
            check_text(self.model_provider, "/model_provider", shortest=1)
        is_same_seller = self.model_provider in (None, self.provider)
        if is_same_seller and self.alias.strip().lower() == self.model.strip().lower():
            raise Invalid.at("/model", "must not be the alias itself")

    @property
    def name(self) -> str:
        return self.alias


Terms = OwnPriceTerms | DiscountTerms | AliasTerms


def key_of(terms: Terms) -> tuple[TermsKind, str, str]:
    """Terms of the same key must not hold on the same day."""
    return terms.kind, terms.provider, terms.name.strip().lower()
