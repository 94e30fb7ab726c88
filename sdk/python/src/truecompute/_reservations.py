"""Asking the server whether a budget has room for a call, before it is made."""

import json
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from truecompute._exceptions import BudgetExceeded, BudgetUnavailable, TransportError
from truecompute._fields import is_object
from truecompute._transport import Answer, ReservingTransport, Transport
from truecompute._verdict import detail_of

_CREATED, _REFUSED = 201, 402
#: A server that lets a time-out pass is not asked again for so long: each call would wait for it.
_SILENCE_S = 5.0


class Reservations:
    """The reservations of one client. Any number of threads use it at once."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._not_before = 0.0
        #: How many calls were made although nobody said that there is room.
        self.unchecked = 0
        #: Why nothing is reserved at all; None where it is.
        self.disabled_for: str | None = None

    def can_reserve(self) -> bool:
        """Whether the transport knows how."""
        return hasattr(self._transport, "reserve") and hasattr(self._transport, "give_back")

    def reserve(self, wish: Mapping[str, Any], timeout: float) -> str:
        """The id of a reservation.

        Raises ``BudgetExceeded`` where the server refuses, ``BudgetUnavailable`` where nobody says.
        """
        began = time.monotonic()
        if self.disabled_for is not None:
            raise BudgetUnavailable(self.disabled_for)
        if began < self._not_before:
            raise BudgetUnavailable("the server did not answer in time a moment ago")
        try:
            answer = self._reserving().reserve(wish, timeout=timeout)
        except TransportError as error:
            self.note_wait(began, timeout)
            raise BudgetUnavailable(f"the server cannot be reached ({error})") from error
        if answer.status == _REFUSED:
            raise _refusal(answer.body)
        return _reserved(answer)

    def note_wait(self, began: float, timeout: float) -> None:
        """Nobody answered since ``began``: if for all of the time-out, ask no more for now."""
        now = time.monotonic()
        if now - began >= timeout * 0.9:
            self._not_before = now + _SILENCE_S

    def give_back(self, reservation_id: str, timeout: float) -> None:
        """Give it back; where that fails it lapses by itself. Raises nothing."""
        with suppress(Exception):
            self._reserving().give_back(reservation_id, timeout=timeout)

    def _reserving(self) -> ReservingTransport:
        return cast("ReservingTransport", self._transport)


def _reserved(answer: Answer) -> str:
    if answer.status != _CREATED:
        raise BudgetUnavailable(f"the server answers {answer.status}{detail_of(answer.body)}")
    found = _object(answer.body).get("id")
    if not isinstance(found, str) or not found:
        raise BudgetUnavailable("the answer is not that of a TrueCompute server")
    return found


def _refusal(body: bytes) -> BudgetExceeded:
    """The refusal, whatever its body looks like: the status alone says what it is."""
    told = _object(body)
    budget = told.get("budget")
    named = budget if is_object(budget) else {}
    return BudgetExceeded(
        _text(told.get("detail")) or "A budget has no room for this call.",
        budget_id=_text(named.get("id")),
        budget_name=_text(named.get("name")),
        remaining_usd=_money(told.get("remaining_usd")),
        resets_at=_time(told.get("resets_at")),
        reason=_text(told.get("reason")),
    )


def _object(body: bytes) -> dict[str, Any]:
    """A JSON object; an empty one for anything else. Numbers keep their digits."""
    try:
        told = json.loads(body, parse_float=Decimal)
    except (ValueError, RecursionError):
        return {}
    return told if is_object(told) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _money(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        return None
    try:
        amount = Decimal(value)
    except (InvalidOperation, ValueError):
        return None
    return amount if amount.is_finite() else None


def _time(value: Any) -> datetime | None:
    """RFC 3339, with an offset; Python 3.10 does not read its ``Z``."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.replace("Z", "+00:00"))  # noqa: FURB162
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
