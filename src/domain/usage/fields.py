"""Reading a provider's own usage object: strict about types, indifferent to unknown fields."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from types import MappingProxyType

from domain.decimals import JSON_NUMBER
from domain.errors import Invalid
from domain.money import MOST_DECIMALS, MOST_USD, decimals_of

MAX_COUNT = 10**9
_MAX_TEXT = 64
_NANO = Decimal("1e-9")
#: Never the thread's own context, which anybody may have changed.
_ROUNDED = Context(prec=60, rounding=ROUND_HALF_EVEN)
_NOTHING: Mapping[str, object] = MappingProxyType({})


def count(source: Mapping[str, object], key: str, parent: str = "") -> int | None:
    """A whole number from 0 to 10^9; None where it is absent or null.

    A float or decimal is accepted when it is whole. Raises ``Invalid`` (``invalid_usage``).
    """
    value = source.get(key)
    if value is None:
        return None
    if type(value) is int and 0 <= value <= MAX_COUNT:
        return value
    return _unusual_count(value, f"{parent}/{key}")


def details(source: Mapping[str, object], key: str, parent: str = "") -> Mapping[str, object]:
    """A nested object; an empty one where it is absent or null. Raises ``Invalid``."""
    value = source.get(key)
    if value is None:
        return _NOTHING
    if isinstance(value, Mapping):
        return value
    raise refused(f"{parent}/{key}", "expected an object")


def rows(source: Mapping[str, object], key: str) -> Sequence[Mapping[str, object]]:
    """A list of objects; an empty one where it is absent or null. Raises ``Invalid``."""
    value = source.get(key)
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise refused(f"/{key}", "expected a list")
    for index, row in enumerate(value):
        if not isinstance(row, Mapping):
            raise refused(f"/{key}/{index}", "expected an object")
    return value


def seconds(source: Mapping[str, object], key: str) -> Decimal | None:
    """A duration of 0 to 10^9 s, kept to the nanosecond. Raises ``Invalid``."""
    stated = source.get(key)
    if isinstance(stated, str):
        raise refused(f"/{key}", "expected a number")
    value = _decimal(stated, f"/{key}")
    if value is None:
        return None
    if not 0 <= value <= MAX_COUNT:
        raise refused(f"/{key}", "expected 0 to 1000000000 seconds")
    value = value.copy_abs()  # there is a negative zero
    return value if value == value.to_integral_value() else value.quantize(_NANO, context=_ROUNDED)


def money(source: Mapping[str, object], key: str, parent: str = "") -> Decimal | None:
    """US dollars from 0 to 10^6, read exactly: a decimal string or a number. Raises ``Invalid``."""
    value = _decimal(source.get(key), f"{parent}/{key}")
    if value is None:
        return None
    if not 0 <= value <= MOST_USD or decimals_of(value) > MOST_DECIMALS:
        raise refused(f"{parent}/{key}", f"expected 0 to {MOST_USD} dollars")
    return value.copy_abs()  # there is a negative zero


def text(source: Mapping[str, object], key: str) -> str | None:
    """A short printable word, trimmed and in lower case. Raises ``Invalid``."""
    value = source.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > _MAX_TEXT or not value.isprintable():
        raise refused(f"/{key}", f"expected a printable text of at most {_MAX_TEXT} characters")
    return value.strip().lower() or None


def refused(pointer: str, detail: str) -> Invalid:
    """The error for a field that cannot be what it says; ``pointer`` is inside the object."""
    return Invalid.at(f"/provider_usage{pointer}", detail, code="invalid_usage")


def _unusual_count(value: object, pointer: str) -> int:
    number = _decimal(value, pointer) if not isinstance(value, str) else None
    if number is None or number != number.to_integral_value() or not 0 <= number <= MAX_COUNT:
        raise refused(pointer, f"expected a whole number from 0 to {MAX_COUNT}")
    return int(number)


def _decimal(value: object, pointer: str) -> Decimal | None:
    """A finite number as the sender wrote it; a float by its shortest decimal form.

    A text must be a number in JSON's words, without a sign: no space, no "1_0", no other digits.
    """
    if value is None:
        return None
    if isinstance(value, str) and (value[:1] == "-" or not JSON_NUMBER.fullmatch(value)):
        raise refused(pointer, "expected a number")
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise refused(pointer, "expected a number")
    try:
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    except (InvalidOperation, ValueError):
        raise refused(pointer, "expected a number") from None
    if not number.is_finite() or number.adjusted() > 18:
        raise refused(pointer, "expected a finite number in range")
    return number
