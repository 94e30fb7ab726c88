"""From a price to the rates of one call: the tier applied, and the classes that borrow a rate.

A class without a price of its own is unpriced, and shown as such, unless the provider says how
it bills that class. What providers say is written down here and nowhere else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple, Self

from domain.money import EXACT, plain
from domain.pricing.cost import amount_of
from domain.pricing.price import Price
from domain.usage.token_usage import TokenClass


@dataclass(frozen=True, slots=True)
class UnitRate:
    """US dollars for every ``per`` tokens or units; ``note`` says where it is borrowed from.

    ``source`` names who states it, where that is not the source of the whole price.
    """

    unit_price_usd: Decimal
    per: int
    note: str | None = None
    source: str | None = None

    def price_per(self, per: int) -> Decimal:
        """The same price, for ``per`` tokens or units."""
        if self.per == per:
            return self.unit_price_usd
        return amount_of(per, self.unit_price_usd, self.per)

    def as_document(self) -> dict[str, Any]:
        """In JSON's types."""
        stated = {"unit_price_usd": plain(self.unit_price_usd), "per": self.per, "note": self.note}
        return stated if self.source is None else {**stated, "source": self.source}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """The rate that ``as_document`` wrote."""
        return cls(**{**document, "unit_price_usd": Decimal(document["unit_price_usd"])})


class _Loan(NamedTuple):
    """``borrower`` is billed at ``factor`` times the rate of ``lender``."""

    borrower: TokenClass
    lender: TokenClass
    note: str
    factor: Decimal = Decimal(1)


#: Every provider here bills reasoning as output unless it states another price for it.
_EVERYWHERE = (_Loan(TokenClass.REASONING, TokenClass.OUTPUT, "billed as output"),)
_AS_INPUT = "billed as input: no price of its own"
# https://platform.claude.com/docs/en/build-with-claude/prompt-caching#pricing
_ANTHROPIC = (
    _Loan(TokenClass.CACHE_WRITE_1H, TokenClass.INPUT, "billed at 2 x input", Decimal(2)),
)
# https://ai.google.dev/gemini-api/docs/pricing prices a modality apart where it differs;
# all others are "input". Cached audio likewise.
_GOOGLE = (
    _Loan(TokenClass.INPUT_IMAGE, TokenClass.INPUT, _AS_INPUT),
    _Loan(TokenClass.INPUT_VIDEO, TokenClass.INPUT, _AS_INPUT),
    _Loan(TokenClass.INPUT_AUDIO, TokenClass.INPUT, _AS_INPUT),
    _Loan(TokenClass.CACHE_READ_AUDIO, TokenClass.CACHE_READ, "billed as cache_read"),
)
# https://platform.openai.com/docs/pricing: a model without a cached price has no discount,
# writing to the cache is free where it has no price, and images are metered like text.
_OPENAI = (
    _Loan(TokenClass.CACHE_READ, TokenClass.INPUT, _AS_INPUT),
    _Loan(TokenClass.CACHE_WRITE_5M, TokenClass.INPUT, _AS_INPUT),
    _Loan(TokenClass.INPUT_IMAGE, TokenClass.INPUT, _AS_INPUT),
)
_BY_PROVIDER = {
    "anthropic": _ANTHROPIC,
    "azure": _OPENAI,
    "bedrock": _ANTHROPIC,
    # https://docs.fireworks.ai/guides/prompt-caching
    "fireworks": (
        _Loan(TokenClass.CACHE_READ, TokenClass.INPUT, "billed at 50 % of input", Decimal("0.5")),
    ),
    "google": _GOOGLE,
    # https://docs.mistral.ai/studio-api/conversations/advanced/prompt-caching
    "mistral": (
        _Loan(TokenClass.CACHE_READ, TokenClass.INPUT, "billed at 10 % of input", Decimal("0.1")),
    ),
    "openai": _OPENAI,
    # https://www.alibabacloud.com/help/en/model-studio/context-cache (implicit cache; writes are
    # those of the explicit one)
    "qwen": (
        _Loan(TokenClass.CACHE_READ, TokenClass.INPUT, "billed at 20 % of input", Decimal("0.2")),
        _Loan(
            TokenClass.CACHE_WRITE_5M, TokenClass.INPUT, "billed at 1.25 x input", Decimal("1.25")
        ),
    ),
    "vertex": (*_GOOGLE, *_ANTHROPIC),
}


def rates_of(price: Price, prompt_tokens: int) -> dict[str, UnitRate]:
    """The rate of every class and unit that ``price`` covers for a prompt of this size."""
    rates = stated_rates(price, prompt_tokens)
    lend(rates, price.provider)
    return rates


def stated_rates(price: Price, prompt_tokens: int) -> dict[str, UnitRate]:
    """The rates that ``price`` itself states, with the tier of the prompt applied."""
    return {
        str(name): UnitRate(rate.price_for(prompt_tokens), rate.per, source=rate.source)
        for name, rate in price.rates.items()
    }


def lend(rates: dict[str, UnitRate], seller: str) -> None:
    """Add the rates of classes that ``seller`` bills as another class."""
    _lend(rates, _EVERYWHERE)
    _lend(rates, _BY_PROVIDER.get(seller, ()))


def _lend(rates: dict[str, UnitRate], loans: Iterable[_Loan]) -> None:
    for loan in loans:
        lender = rates.get(loan.lender)
        if loan.borrower not in rates and lender is not None:
            unit_price = EXACT.multiply(lender.unit_price_usd, loan.factor)
            rates[loan.borrower.value] = UnitRate(unit_price, lender.per, loan.note, lender.source)
