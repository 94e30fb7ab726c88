"""What people send by hand has a bound, so that nobody's mailbox is flooded through us."""

import math

from application.ports.rate_limits import RateLimits
from domain.errors import TooManyRequests
from domain.rate_limit import RateLimit

MOST_AN_HOUR = 30
_HOUR_S = 3600.0
#: All of an hour at once, and then one every two minutes.
_LIMIT = RateLimit(MOST_AN_HOUR / _HOUR_S, burst_s=_HOUR_S * (1 - 1 / MOST_AN_HOUR))


class LimitByHand:
    """Part of other use cases: counts an organization's tests and repetitions together.

    Raises:
        TooManyRequests: ``too_many_by_hand``; there were 30 within an hour.
    """

    def __init__(self, rate_limits: RateLimits) -> None:
        self._rate_limits = rate_limits

    def __call__(self, organization_id: str) -> None:
        wait_s = self._rate_limits.take({f"by hand {organization_id}": _LIMIT}, 1)
        if wait_s:
            raise TooManyRequests(
                f"{MOST_AN_HOUR} tests and repetitions were sent within an hour.",
                code="too_many_by_hand",
                retry_after_s=math.ceil(wait_s),
            )
