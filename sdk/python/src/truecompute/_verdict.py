"""What an answer of the server means for the events that were sent."""

import json
import math
import time
from collections.abc import Mapping
from enum import Enum
from typing import Any, NamedTuple

from truecompute._fields import is_list, is_mapping
from truecompute._transport import Answer

#: The longest that a server may ask to be left alone.
MOST_RETRY_AFTER_S = 300.0
_RETRIED = frozenset({408, 425, 429})
_UNAUTHORIZED = frozenset({401, 403})


class Fate(Enum):
    """What to do next with a batch."""

    STORED = "stored"
    RETRY = "retry"
    SPLIT = "split"
    UNREAD = "unread"
    REFUSED = "refused"


class Verdict(NamedTuple):
    """The fate of a batch; ``rejected`` of its events the server refused alone.

    ``UNREAD`` is one that it could not read, which a single one of its events may be the cause of.
    ``retry_after_s`` is what the server asked for, capped; None where it asked for nothing.
    ``text`` says in words what is wrong, empty where nothing is.
    """

    fate: Fate
    rejected: int = 0
    retry_after_s: float | None = None
    text: str = ""
    is_unauthorized: bool = False


def verdict_of(answer: Answer, sent: int) -> Verdict:
    """What ``answer`` to a request of ``sent`` events means.

    Only the documented answer counts as stored: a page of a proxy with status 200 is no receipt.
    """
    status = answer.status
    if status == 200:
        return _receipt(answer, sent)
    if status == 413:
        return Verdict(Fate.SPLIT, text="the server answers 413: too large")
    if status in _RETRIED or status >= 500 or 100 <= status < 400:
        text = f"the server answers {status}{_target(answer)}"
        return Verdict(Fate.RETRY, retry_after_s=retry_after_of(answer.headers), text=text)
    return Verdict(
        Fate.UNREAD if status == 400 else Fate.REFUSED,
        text=f"the server answers {status}{detail_of(answer.body)}",
        is_unauthorized=status in _UNAUTHORIZED,
    )


def _receipt(answer: Answer, sent: int) -> Verdict:
    try:
        told: Any = json.loads(answer.body)
        counts = [told[name] for name in ("accepted", "duplicates", "conflicts", "rejected")]
    except (ValueError, KeyError, TypeError, RecursionError):
        counts, told = [], {}
    if not all(type(count) is int for count in counts) or sum(counts) != sent:
        return Verdict(Fate.RETRY, text="the answer is not that of a TrueCompute server")
    return Verdict(Fate.STORED, rejected=counts[3], text=_first_rejection(told))


def _first_rejection(told: Mapping[str, Any]) -> str:
    results = told.get("results")
    for result in results if is_list(results) else []:
        if is_mapping(result) and result.get("status") == "rejected":
            return f"{result.get('code')}: {result.get('detail')} at {result.get('pointer')}"
    return ""


def retry_after_of(headers: Mapping[str, str]) -> float | None:
    """The seconds in ``Retry-After``, a number or a date, between 0 and 300; None for neither."""
    stated = headers.get("retry-after")
    if stated is None:
        return None
    try:
        seconds = float(stated)
    except ValueError:
        import email.utils  # loaded with HTTP already, and slow to load without

        try:
            seconds = email.utils.parsedate_to_datetime(stated).timestamp() - time.time()
        except (ValueError, TypeError, OverflowError):
            return None
    return None if math.isnan(seconds) else min(max(seconds, 0.0), MOST_RETRY_AFTER_S)


def _target(answer: Answer) -> str:
    place = answer.headers.get("location")
    return f" and points to {place[:200]}; set base_url to where it is" if place else ""


def detail_of(body: bytes) -> str:
    """What a problem answer says, in brackets."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    detail = told.get("detail") or told.get("title") if is_mapping(told) else None
    return f" ({str(detail)[:200]})" if detail else ""
