"""What the overview's chart may be stacked by, as its address says it."""

from collections.abc import Iterable

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
    "operation": (Dimension.OPERATION,),
}
DEFAULT_STACK = "provider"
#: Filters beside which there are sums by provider, or few calls. With others, a project say, each
#: call would be looked at to stack a chart that nobody asked to have stacked.
_STACKED = {
    Dimension.PROVIDER,
    Dimension.MODEL,
    Dimension.USER,
    Dimension.SESSION,
    Dimension.TRACE,
    Dimension.REQUEST,
}


def stack_of(asked: str) -> str:
    """One of ``STACKS``, or ``tag.`` and a name; empty for anything else."""
    name = asked.removeprefix(TAG)
    is_tag = asked.startswith(TAG) and 1 <= len(name) <= LONGEST_TAG_NAME
    return asked if asked in STACKS or is_tag else ""


def default_stack(filtered: Iterable[str]) -> str:
    """What a chart is stacked by where nobody says it, beside filters of these names."""
    return DEFAULT_STACK if _STACKED.issuperset(filtered) else "total"


def group_by(stack: str) -> GroupBy:
    """What it groups by; nothing for one bar."""
    if stack in STACKS:
        return STACKS[stack]
    return (TagDimension(stack.removeprefix(TAG)),)
