"""What a program asks for that wants money set aside."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from domain.budget_book import BudgetBook
from domain.budget_scope import Attribution
from domain.errors import Invalid
from domain.money import MOST_USD
from domain.pricing.prices import Prices
from domain.reservation import DEFAULT_EXPIRY, Reservation
from domain.reserving import Place, places_of
from domain.usage.token_usage import TokenClass, TokenUsage


@dataclass(frozen=True, slots=True, kw_only=True)
class ReserveRequest:
    """Either ``estimate_usd``, or a model with the tokens that the call takes at most."""

    organization_id: str
    attribution: Attribution
    estimate_usd: Decimal | None = None
    input_tokens: int | None = None
    max_output_tokens: int | None = None
    expires_in: timedelta = DEFAULT_EXPIRY

    def places(self, book: BudgetBook, now: datetime) -> tuple[Place, ...]:
        """Where it is to hold something."""
        return tuple(places_of(book, self.attribution, now, now + self.expires_in))

    def reservation(self, new_id: str, prices: Prices, now: datetime) -> Reservation:
        """What holds nothing yet.

        Raises:
            Invalid: neither an amount nor a model, or an estimate beyond a million dollars.
        """
        return Reservation(
            id=new_id,
            organization_id=self.organization_id,
            estimate_usd=_estimate(self, prices, now),
            created_at=now,
            expires_at=now + self.expires_in,
        )


def _estimate(request: ReserveRequest, prices: Prices, now: datetime) -> Decimal | None:
    """What the call costs at most at its model's prices; None where these are not known."""
    if request.estimate_usd is not None:
        return request.estimate_usd
    provider, model = request.attribution.provider, request.attribution.model
    if provider is None or model is None:
        raise Invalid.at("/estimate_usd", "must be there, or a provider and a model")
    if request.input_tokens is None or request.max_output_tokens is None:
        name = "input_tokens" if request.input_tokens is None else "max_output_tokens"
        raise Invalid.at(f"/{name}", "must be there where no amount is")
    usage = TokenUsage(
        tokens={
            TokenClass.INPUT: request.input_tokens,
            TokenClass.OUTPUT: request.max_output_tokens,
        }
    )
    quote = prices.quote(provider, model, at=now, usage=usage)
    total = None if quote is None else quote.total_of(usage)
    if total is None or not total.is_whole:
        return None
    if total.amount_usd > MOST_USD:
        raise Invalid.at("/input_tokens", "makes this call dearer than a million US dollars")
    return total.amount_usd
