"""From a reported call to the event that is kept: usage normalised, cost decided."""

from dataclasses import replace
from datetime import datetime

from domain.costing import EventCost, UsageKnowledge, decide_cost
from domain.errors import Invalid
from domain.event import Event, ReportedEvent, Status, UsageStatus
from domain.pricing.prices import Prices
from domain.usage.normalise import NormalisedUsage, normalise
from domain.usage.token_usage import TokenUsage

NO_PROVIDER_USAGE = NormalisedUsage(
    usage=TokenUsage(), convention=None, provider_cost_usd=None, service_tier=None, notes=()
)


def record(
    reported: ReportedEvent,
    *,
    organization_id: str,
    api_key_id: str,
    received_at: datetime,
    prices: Prices,
) -> Event:
    """The event for a checked report.

    Raises:
        Invalid: the provider's usage object holds what cannot be a quantity.
    """
    normalised = _normalised(reported)
    usage = normalised.usage
    if reported.usage is not None:
        usage = usage.overridden_by(reported.usage)
    service_tier = reported.service_tier or normalised.service_tier
    return Event(
        organization_id=organization_id,
        api_key_id=api_key_id,
        received_at=received_at,
        reported=reported,
        usage=usage,
        usage_status=_usage_status(reported, usage),
        service_tier=service_tier,
        cost=_cost(reported, normalised, usage, service_tier, prices),
    )


def record_again(event: Event, *, prices: Prices, now: datetime) -> Event:
    """The same call, its usage read and its cost decided as it would be today.

    What would be refused today was taken once, and stays as it is: it must not stop the others.
    """
    try:
        again = record(
            event.reported,
            organization_id=event.organization_id,
            api_key_id=event.api_key_id,
            received_at=event.received_at,
            prices=prices,
        )
    except Invalid:
        return event
    return replace(again, repriced_at=now)


def _normalised(reported: ReportedEvent) -> NormalisedUsage:
    if reported.provider_usage is None:
        return NO_PROVIDER_USAGE
    return normalise(reported.provider, reported.model, reported.provider_usage)


def _failed_before_output(reported: ReportedEvent) -> bool:
    says_nothing = reported.provider_usage is None and reported.usage_status in (
        None,
        UsageStatus.COMPLETE,
    )
    return reported.status is Status.ERROR and says_nothing


def _usage_status(reported: ReportedEvent, usage: TokenUsage) -> UsageStatus:
    if not usage.is_empty:
        return reported.usage_status or UsageStatus.COMPLETE
    return UsageStatus.COMPLETE if _failed_before_output(reported) else UsageStatus.MISSING


def _cost(
    reported: ReportedEvent,
    normalised: NormalisedUsage,
    usage: TokenUsage,
    service_tier: str | None,
    prices: Prices,
) -> EventCost:
    quote = prices.quote(
        reported.provider,
        reported.model,
        at=reported.timestamp,
        usage=usage,
        service_tier=service_tier,
        speed=reported.speed or normalised.speed,
        region=reported.region or normalised.region,
    )
    stated = reported.provider_cost_usd
    known = UsageKnowledge(
        usage=usage,
        failed_before_output=_failed_before_output(reported),
        # Token classes that the sender states replace all that was read, doubts included.
        is_cut_off=(normalised.is_doubtful and not (reported.usage and reported.usage.tokens))
        or reported.usage_status in (UsageStatus.PARTIAL, UsageStatus.MISSING),
        is_estimated=reported.usage_status is UsageStatus.ESTIMATED,
    )
    provider_cost = normalised.provider_cost_usd if stated is None else stated
    return decide_cost(known, quote, provider_cost, normalised.notes, prices.book_version)
