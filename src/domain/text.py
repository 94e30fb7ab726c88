"""What may stand in a text that is stored and shown."""

import re
import unicodedata
from collections.abc import Iterable

from domain.errors import Invalid
from domain.phrases import Phrase

#: PostgreSQL stores no NUL, and UTF-8 has no lone surrogates.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
#: Unicode's categories of control characters, and of separators of lines and paragraphs.
_CONTROL = frozenset({"Cc", "Zl", "Zp"})
#: With them, those that print nothing: formats and spaces.
_INVISIBLE = _CONTROL | {"Cf", "Zs"}


#: Characters of a text where nothing else is said.
_LONGEST = 256


def check_text(value: str, pointer: str, *, longest: int = _LONGEST, shortest: int = 0) -> str:
    """Return ``value`` unchanged when it can be stored and has an allowed length.

    Raises:
        Invalid: too short, too long, or with a NUL or a lone surrogate.
    """
    if len(value) > longest:
        detail = Phrase("must have at most %(most)s characters", most=longest)
        raise Invalid.at(pointer, detail, code="text_too_long")
    if len(value) < shortest:
        raise Invalid.at(pointer, "must not be empty", code="text_too_short")
    if has_unstorable(value):
        raise Invalid.at(
            pointer, "must not contain NUL characters or lone surrogates", code="invalid_text"
        )
    return value


def pass_together(texts: Iterable[str]) -> bool:
    """Whether one text of all of them would pass ``check_text``: then each of them does.

    Where it would not, each may. For a call, one look at all takes half as long as a look at each.
    """
    together = "".join(texts)
    return len(together) <= _LONGEST and not has_unstorable(together)


def has_unstorable(value: str) -> bool:
    """True when the text holds a NUL or a lone surrogate."""
    return _UNSTORABLE.search(value) is not None


def check_name(value: str, pointer: str, *, longest: int = 100) -> str:
    """Return a name that a person reads: trimmed, NFC, visible, of 1 to ``longest`` characters.

    Raises:
        Invalid: as ``check_text``, or with control characters (line breaks among them).
    """
    name = unicodedata.normalize("NFC", check_text(value, pointer, longest=4 * longest)).strip()
    check_text(name, pointer, longest=longest, shortest=1)
    categories = {unicodedata.category(character) for character in name}
    if not categories.isdisjoint(_CONTROL):
        raise Invalid.at(pointer, "must not contain control characters", code="invalid_text")
    if categories <= _INVISIBLE:
        raise Invalid.at(pointer, "must be visible", code="invalid_text")
    return name
