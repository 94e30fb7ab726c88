"""Strings as the server takes them: 1 to 256 characters, no NUL, no lone surrogates."""

from truecompute._diagnostics import say

MOST_CHARACTERS = 256
MOST_TAGS = 32
MOST_TAG_NAME_CHARACTERS = 64


def clean(value: object, most: int = MOST_CHARACTERS) -> str | None:
    """``value`` as a text of at most ``most`` characters; None for None and the empty text.

    What is cut or replaced is said in the log: an event with a shortened user is worth more than
    an event that the server refuses.
    """
    if value is None:
        return None
    text = value if type(value) is str else _text_of(value)
    if len(text) <= most and text.isascii() and "\0" not in text:
        return text or None
    tidy = without_surrogates(text.replace("\0", ""))[:most]
    if tidy != text:
        say("text", "TrueCompute shortened or cleaned a text of %d characters", len(text))
    return tidy or None


def without_surrogates(text: str) -> str:
    """``text`` with "?" for each half of a character, which no UTF-8 has."""
    return text.encode("utf-8", "replace").decode("utf-8")


def clean_tags(tags: object) -> dict[str, str]:
    """The tags that the server takes, at most 32; those that are None are left out."""
    if not tags:
        return {}
    items = getattr(tags, "items", None)
    if items is None:
        say("tags", "TrueCompute tags are a mapping of names to texts, not %s", type(tags).__name__)
        return {}
    cleaned: dict[str, str] = {}
    for name, value in items():
        key, text = clean(name, MOST_TAG_NAME_CHARACTERS), clean(value)
        if key is not None and text is not None:
            cleaned[key] = text
    return bounded(cleaned)


def bounded(tags: dict[str, str]) -> dict[str, str]:
    """The first 32 of the tags."""
    if len(tags) <= MOST_TAGS:
        return tags
    say("tags", "TrueCompute takes %d tags; %d are left out", MOST_TAGS, len(tags) - MOST_TAGS)
    return dict(list(tags.items())[:MOST_TAGS])


def _text_of(value: object) -> str:
    if value is True:
        return "true"
    if value is False:
        return "false"
    return str(value)
