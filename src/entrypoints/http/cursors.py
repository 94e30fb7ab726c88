"""Positions in a list of events, as the opaque text that clients send back."""

import base64
import binascii
from datetime import datetime
from decimal import Decimal

import msgspec

from application.ports.events import EventPosition
from domain.errors import Invalid
from domain.money import EXACT, decimals_of
from domain.report import EventSort
from domain.text import has_unstorable


class _Cursor(msgspec.Struct, array_like=True):
    sort: EventSort
    value: str | None
    id: str


def write_cursor(position: EventPosition, sort: EventSort) -> str:
    """The cursor of a position in the order of ``sort``."""
    document = msgspec.json.encode(_Cursor(sort, position.value, position.id))
    return base64.urlsafe_b64encode(document).decode("ascii").rstrip("=")


def read_cursor(text: str, sort: EventSort) -> EventPosition:
    """The position of a cursor.

    Raises:
        Invalid: made up, or of another order; with code ``invalid_cursor``.
    """
    try:
        document = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        cursor = msgspec.json.decode(document, type=_Cursor)
        if cursor.sort is sort and not has_unstorable(cursor.id) and _is_value(cursor):
            return EventPosition(value=cursor.value, id=cursor.id)
    except (ValueError, ArithmeticError, binascii.Error, RecursionError):
        pass
    raise Invalid.at("/cursor", "is not a cursor of this list", code="invalid_cursor")


def _is_value(cursor: _Cursor) -> bool:
    """Whether the value has the type of the column; raises where it cannot be read."""
    if cursor.value is None:
        return cursor.sort is not EventSort.TIMESTAMP
    if cursor.sort is EventSort.TIMESTAMP:
        return datetime.fromisoformat(cursor.value).tzinfo is not None
    if cursor.sort is EventSort.COST:
        cost = Decimal(cursor.value)
        # As many decimals as an exact cost can have; PostgreSQL refuses those with thousands.
        return 0 <= cost <= 10**9 and decimals_of(cost) <= EXACT.prec
    return 0 <= int(cursor.value) <= 10**9


def write_name_cursor(name: str) -> str:
    """The cursor of a list in the order of a name."""
    return base64.urlsafe_b64encode(name.encode()).decode("ascii").rstrip("=")


def read_name_cursor(text: str) -> str:
    """The name of a cursor. Raises ``Invalid`` (``invalid_cursor``) for one that is made up."""
    try:
        name = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except ValueError:
        name = "\0"
    if has_unstorable(name):
        raise Invalid.at("/cursor", "is not a cursor of this list", code="invalid_cursor")
    return name
