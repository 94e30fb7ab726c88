"""Whether two reports under two ids are of one call, as when an SDK and a trace tell of it."""

from datetime import timedelta
from hashlib import sha256

from domain.event import Event

#: Two doors read the start of a call on the same machine; what is further apart is another call.
TOLERANCE = timedelta(seconds=60)


def call_digest(event: Event) -> int | None:
    """63 bits that are equal for reports of one call; None where the provider's id is not told.

    Other calls have the same by accident only, so that ``is_same_call`` has the last word.
    """
    if event.reported.provider_request_id is None:
        return None
    text = "\0".join(map(repr, _identity(event)))
    return int.from_bytes(sha256(text.encode()).digest()[:8], "big") >> 1


def is_same_call(one: Event, other: Event) -> bool:
    """Whether the provider's request id, provider, model, status and tokens are the same, and the
    start is the same within a minute.
    """
    return (
        one.reported.provider_request_id is not None
        and _identity(one) == _identity(other)
        and abs(one.reported.timestamp - other.reported.timestamp) <= TOLERANCE
    )


def _identity(event: Event) -> tuple[object, ...]:
    reported = event.reported
    return (
        reported.provider_request_id,
        reported.provider,
        reported.model,
        reported.status.value,
        # One door says 0 where the other says nothing.
        sorted((name.value, count) for name, count in event.usage.tokens.items() if count),
    )
