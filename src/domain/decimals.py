"""Decimal numbers as JSON writes them, read without losing a digit."""

import re
from decimal import Decimal, InvalidOperation

#: A number in JSON's own words: ASCII digits, no space, no separator, no plus in front.
JSON_NUMBER = re.compile(r"-?\d{1,400}(\.\d{1,400})?([eE][+-]?\d{1,6})?", re.ASCII)


def exact(literal: str) -> Decimal:
    """The number of a JSON literal, exactly.

    Raises ``ValueError``, which decoders make a refusal with its place: JSON sets no bound on an
    exponent, ``Decimal`` does.
    """
    try:
        return Decimal(literal)
    except InvalidOperation:
        raise ValueError("must have an exponent that a number can have") from None


def exact_or_text(literal: str) -> Decimal | str:
    """The number, or its literal where there is no such number: for values refused one by one."""
    try:
        return exact(literal)
    except ValueError:
        return literal
