"""Sentences with values in them that still know what they were made of."""

from typing import Self


class Phrase(str):
    """English text, and the pattern and the values that it came from, for who translates it.

    ``Phrase("must have at most %(most)s characters", most=100)`` is an ordinary string; its
    pattern is the same whatever the values are, and so can be looked up.
    """

    __slots__ = ("pattern", "values")

    pattern: str
    values: dict[str, object]

    def __new__(cls, pattern: str, /, **values: object) -> Self:
        made = super().__new__(cls, pattern % values)
        made.pattern, made.values = pattern, values
        return made

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        """A copy is the text that it makes."""
        return str, (str(self),)
