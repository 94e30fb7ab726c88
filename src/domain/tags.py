"""Tags: free names and values by which a sender marks its calls."""

from collections.abc import Mapping

from domain.errors import Invalid
from domain.phrases import Phrase
from domain.pointers import step
from domain.text import check_text

MOST_TAGS = 32
LONGEST_TAG_NAME = 64


def check_tags(tags: Mapping[str, str], pointer: str) -> None:
    """Refuse too many tags, and names and values that are too long or cannot be stored.

    Raises:
        Invalid: with ``too_many_tags`` or the code of the text's fault.
    """
    if len(tags) > MOST_TAGS:
        detail = Phrase("must have at most %(most)s entries", most=MOST_TAGS)
        raise Invalid.at(pointer, detail, code="too_many_tags")
    for name, value in tags.items():
        check_text(name, pointer, longest=LONGEST_TAG_NAME, shortest=1)
        check_text(value, pointer + step(name))
