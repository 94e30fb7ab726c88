"""Whether a sender may send more just now."""

import math
from dataclasses import dataclass

from application.ports.rate_limits import RateLimits
from domain.errors import TooManyRequests
from domain.rate_limit import RateLimit


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmitEventsRequest:
    """``number`` events in one request; a request without any counts as one.

    None asks only whether a request may come, before anybody knows how many events it has.
    """

    organization_id: str
    api_key_id: str
    number: int | None


class AdmitEvents:
    """Hold a key and an organization to their limits. None means without one.

    Raises:
        TooManyRequests: ``rate_limited``; nothing of the request was counted.
    """

    def __init__(
        self,
        rate_limits: RateLimits,
        *,
        per_key: int | None = None,
        per_organization: int | None = None,
    ) -> None:
        self._rate_limits = rate_limits
        self._per_key = per_key and RateLimit(per_key)
        self._per_organization = per_organization and RateLimit(per_organization)

    def __call__(self, request: AdmitEventsRequest) -> None:
        limits: dict[str, RateLimit] = {}
        if self._per_key:
            limits[f"key {request.api_key_id}"] = self._per_key
        if self._per_organization:
            limits[f"organization {request.organization_id}"] = self._per_organization
        if not limits:
            return
        number = 0 if request.number is None else max(1, request.number)
        wait_s = self._rate_limits.take(limits, number)
        if wait_s:
            raise TooManyRequests(
                "This is more than the limit on events. Nothing was stored; send it again later.",
                code="rate_limited",
                retry_after_s=math.ceil(wait_s),
            )
