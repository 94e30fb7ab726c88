"""What the overview's chart may be stacked by, as its address says it."""

from domain.report import Dimension, GroupBy, TagDimension
from domain.tags import LONGEST_TAG_NAME

#: Before the name of a tag, here and in filters.
TAG = "tag."
#: Besides tags; ``total`` is one bar.
STACKS: dict[str, GroupBy] = {
    "total": (),
    "provider": (Dimension.PROVIDER,),
    # A model's name says little without its provider.
    "model": (Dimension.PROVIDER, Dimension.MODEL),
    "project": (Dimension.PROJECT,),
    "environment": (Dimension.ENVIRONMENT,),
    "api_key": (Dimension.API_KEY,),
    "user": (Dimension.USER,),
}
DEFAULT_STACK = "provider"


def stack_of(asked: str) -> str:
    """One of ``STACKS``, or ``tag.`` and a name; the default for anything else."""
    name = asked.removeprefix(TAG)
    is_tag = asked.startswith(TAG) and 1 <= len(name) <= LONGEST_TAG_NAME
    return asked if asked in STACKS or is_tag else DEFAULT_STACK


def group_by(stack: str) -> GroupBy:
    """What it groups by; nothing for one bar."""
    if stack in STACKS:
        return STACKS[stack]
    return (TagDimension(stack.removeprefix(TAG)),)
