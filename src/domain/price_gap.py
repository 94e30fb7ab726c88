"""Calls without a whole price: why, and by which models."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.costing import CostSource
from domain.event import Event, UsageStatus
from domain.usage.normalised import DOUBTS, NO_CONVENTION

#: Rows of one report; those beyond it are counted.
MOST_GAPS = 200


class GapReason(StrEnum):
    """Why a cost is unknown, or known in part; the first that is true."""

    #: The provider's object has no convention here.
    NO_CONVENTION = "no_convention"
    #: A successful call came without its usage.
    MISSING_USAGE = "missing_usage"
    #: The numbers of the provider's object contradict each other.
    DOUBTFUL_USAGE = "doubtful_usage"
    #: No price is known for this name: an alias or a price of one's own repairs it.
    UNKNOWN_MODEL = "unknown_model"
    #: A stream was cut off.
    CUT_OFF = "cut_off"
    #: The model has a price, but not for everything that was used.
    UNPRICED_CLASS = "unpriced_class"


#: What an alias repairs, and what a price of one's own does.
REPAIRABLE = frozenset({GapReason.UNKNOWN_MODEL, GapReason.UNPRICED_CLASS})


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceGap:
    """Calls of one model that have no whole price for one reason."""

    provider: str
    model: str
    reason: GapReason
    calls: int
    tokens: int
    first_seen: datetime
    last_seen: datetime


def gap_reason(event: Event) -> GapReason | None:
    """Why an event has no whole price; None where it has one."""
    cost = event.cost
    if cost.source not in (CostSource.UNPRICED, CostSource.PARTIAL):
        return None
    if NO_CONVENTION in cost.notes:
        return GapReason.NO_CONVENTION
    if event.usage_status is UsageStatus.MISSING:
        return GapReason.MISSING_USAGE
    if any(note.startswith(DOUBTS) for note in cost.notes):
        return GapReason.DOUBTFUL_USAGE
    if cost.quote is None:
        return GapReason.UNKNOWN_MODEL
    if event.usage_status is UsageStatus.PARTIAL:
        return GapReason.CUT_OFF
    return GapReason.UNPRICED_CLASS
