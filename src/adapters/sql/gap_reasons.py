"""Why an event has no whole price, as PostgreSQL works it out; the domain's ``gap_reason``."""

from sqlalchemy import case, func

from adapters.sql.event_tables import events
from domain.event import UsageStatus
from domain.price_gap import GapReason
from domain.usage.normalised import DOUBTS, NO_CONVENTION

_NOTES = func.array_to_string(events.c.cost_notes, "\n")
_DOUBTFUL = _NOTES.regexp_match(f"(^|\n)({'|'.join(DOUBTS)})")

GAP_REASON = case(
    (events.c.cost_notes.contains([NO_CONVENTION]), GapReason.NO_CONVENTION.value),
    (events.c.usage_status == UsageStatus.MISSING, GapReason.MISSING_USAGE.value),
    (_DOUBTFUL, GapReason.DOUBTFUL_USAGE.value),
    (events.c.quote_digest.is_(None), GapReason.UNKNOWN_MODEL.value),
    (events.c.usage_status == UsageStatus.PARTIAL, GapReason.CUT_OFF.value),
    else_=GapReason.UNPRICED_CLASS.value,
).label("reason")
