"""The records of a price book's file, and how it is read."""

from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal

import msgspec

from domain.errors import TrueComputeError

#: Without the signs that no database and no page can show.
_Text = Annotated[str, msgspec.Meta(min_length=1, pattern=r"\A[^\x00-\x1f\x7f]*\Z")]
_Day = Annotated[int, msgspec.Meta(ge=1, le=7)]
_Version = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z][0-9A-Za-z.+-]{0,63}$")]
_TimeOfDay = Annotated[time, msgspec.Meta(tz=False)]
_Count = Annotated[int, msgspec.Meta(ge=0, le=10**9)]


class PriceBookError(TrueComputeError):
    """The file is not a price book; nothing of it may be used, because a wrong price is worse."""

    default_code = "broken_price_book"


class _Record(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    gc=False,  # tens of thousands of records, none of which refers to another in a circle
):
    pass


class RateRecord(_Record, frozen=True):
    """``tiers`` are pairs of a threshold and the price above it.

    ``source`` is given where it is not the price's.
    """

    usd: Decimal
    per: Annotated[int, msgspec.Meta(ge=1, le=10**9)]
    tiers: tuple[tuple[_Count, Decimal], ...] = ()
    source: _Text | None = None


class ContestedRecord(_Record, frozen=True):
    """What another source says instead."""

    source: _Text
    rates: dict[str, RateRecord]


class PriceRecord(_Record, frozen=True):
    """``window`` is a UTC time of day, start and end, and ``days`` its ISO days of the week.

    Empty rates mean an unknown price.
    """

    source: _Text
    rates: dict[str, RateRecord]
    service_tier: _Text = "default"
    speed: _Text = "standard"
    region: _Text | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    window: tuple[_TimeOfDay, _TimeOfDay] | None = None
    days: tuple[_Day, ...] = ()
    disputed: bool = False
    confirmed_by: _Text | None = None
    contested: ContestedRecord | None = None


class MatchRecord(_Record, frozen=True):
    """Exactly one of the conditions; texts are in lower case."""

    equals: _Text | None = None
    starts_with: _Text | None = None
    ends_with: _Text | None = None
    contains: _Text | None = None
    regex: _Text | None = None
    any_of: "tuple[MatchRecord, ...] | None" = msgspec.field(default=None, name="or")
    all_of: "tuple[MatchRecord, ...] | None" = msgspec.field(default=None, name="and")


class ModelRecord(_Record, frozen=True):
    provider: _Text
    model: _Text
    match: MatchRecord
    prices: tuple[PriceRecord, ...]


class SourceRecord(_Record, frozen=True):
    version: _Text
    licence: _Text
    url: _Text


class BookRecord(_Record, frozen=True):
    """The whole file. Models of a provider are tried in the order in which they stand."""

    format: Literal[1]
    book_version: _Version
    sources: dict[str, SourceRecord]
    fallbacks: dict[str, tuple[_Text, ...]]
    models: tuple[ModelRecord, ...]


def parse_book(content: bytes) -> BookRecord:
    """Read and check the structure of a file. Raises ``PriceBookError`` with the place."""
    try:
        return msgspec.json.decode(content, type=BookRecord)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PriceBookError(f"price book: {error}") from error
    except InvalidOperation as error:
        raise PriceBookError("price book: a number has an exponent that no price has") from error
    except RecursionError as error:
        raise PriceBookError("price book: its conditions are nested too deeply") from error
