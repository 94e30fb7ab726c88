"""The parts of an event that need more than a type: usage, tags, and texts deep inside."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from domain.decimals import exact
from domain.errors import Invalid
from domain.money import decimals_of, parse_usd
from domain.pointers import step
from domain.text import has_unstorable
from domain.usage.token_usage import FRACTIONAL_UNITS, TokenClass, TokenUsage, Unit

MOST = 10**9
_MOST_DECIMALS = 9

_USAGE = msgspec.json.Decoder(dict[str, Any], float_hook=exact)
_MONEY = msgspec.json.Decoder(float_hook=exact)
_TAG = msgspec.json.Decoder(str | int | float | bool | None)
_TOKEN_CLASSES = frozenset(TokenClass)
_WHOLE = _TOKEN_CLASSES | (frozenset(Unit) - FRACTIONAL_UNITS)


def read_canonical_usage(raw: msgspec.Raw) -> TokenUsage | None:
    """Canonical usage as sent; None where it is absent. Raises as ``usage_of``."""
    if bytes(raw) in (b"", b"null"):
        return None
    try:
        return usage_of(_USAGE.decode(raw))
    except msgspec.ValidationError as error:
        detail = str(error).partition(" - at")[0]
        raise Invalid.at("/usage", detail, code="invalid_usage") from None


def usage_of(sent: Mapping[str, object]) -> TokenUsage:
    """Canonical usage; null is as good as absent.

    An unknown class is refused, because what is left out here would be missing from the cost.

    Raises:
        Invalid: an unknown class, or a quantity that is not from 0 to 10^9 or not whole.
    """
    tokens: dict[TokenClass, int] = {}
    units: dict[Unit, Decimal] = {}
    for name, number in sent.items():
        if number is None:
            continue
        quantity = _quantity(name, number)
        if name in _TOKEN_CLASSES:
            tokens[TokenClass(name)] = int(quantity)
        else:
            units[Unit(name)] = quantity
    return TokenUsage(tokens=tokens, units=units)


def _quantity(name: str, number: object) -> Decimal:
    pointer = f"/usage{step(name)}"
    if name not in _WHOLE and name not in FRACTIONAL_UNITS:
        raise Invalid.at(pointer, "is not a token class or unit", code="invalid_usage")
    if isinstance(number, bool) or not isinstance(number, int | Decimal):
        raise Invalid.at(pointer, "must be a number", code="invalid_usage")
    quantity = Decimal(number)
    if not 0 <= quantity <= MOST:
        raise Invalid.at(pointer, f"must be from 0 to {MOST}", code="invalid_usage")
    # As written, zeros included: a zero with a billion decimals must not be written out.
    if decimals_of(quantity) > (0 if name in _WHOLE else _MOST_DECIMALS):
        detail = (
            "must be whole" if name in _WHOLE else f"must have at most {_MOST_DECIMALS} decimals"
        )
        raise Invalid.at(pointer, detail, code="invalid_usage")
    return quantity


def read_money(raw: msgspec.Raw, pointer: str) -> Decimal | None:
    """An amount, stated as a decimal string or as a JSON number; None where it is absent.

    Raises:
        Invalid: not such an amount, or out of bounds; with code ``invalid_money``.
    """
    if bytes(raw) in (b"", b"null"):
        return None
    try:
        stated = _MONEY.decode(raw)
    except msgspec.ValidationError:  # an integer of more digits than any amount has
        stated = None
    if isinstance(stated, bool) or not isinstance(stated, str | int | Decimal):
        detail = "must be a decimal string or a number"
        raise Invalid.at(pointer, detail, code="invalid_money")
    return parse_usd(Decimal(stated) if isinstance(stated, int) else stated, pointer)


def read_tags(sent: Mapping[str, msgspec.Raw]) -> dict[str, str]:
    """Tags as texts: numbers and booleans as their JSON, null as good as absent."""
    tags: dict[str, str] = {}
    for name, raw in sent.items():
        try:
            value = _TAG.decode(raw)
        except msgspec.DecodeError:
            detail = "must be a string, a number or a boolean"
            raise Invalid.at(f"/tags{step(name)}", detail, code="invalid_tag") from None
        if value is not None:
            tags[name] = value if isinstance(value, str) else bytes(raw).decode()
    return tags


def check_texts(value: object, pointer: str) -> None:
    """Refuse what PostgreSQL cannot store, anywhere inside; the depth is checked already."""
    if isinstance(value, str):
        if has_unstorable(value):
            raise Invalid.at(pointer, "must not contain NUL characters", code="invalid_text")
    elif isinstance(value, dict):
        for name, inner in value.items():
            check_texts(name, pointer)
            check_texts(inner, pointer + step(name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            check_texts(inner, f"{pointer}/{index}")
