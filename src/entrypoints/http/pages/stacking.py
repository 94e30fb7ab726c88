"""What the overview's chart may be stacked by, as its address says it."""

from domain.report import Dimension, GroupBy, TagDimension

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
_LONGEST_NAME = 256


def stack_of(asked: str) -> str:
    """One of ``STACKS``, or ``tag.`` and a name; the default for anything else."""
    is_known = asked in STACKS or (asked.startswith(TAG) and len(asked) > len(TAG))
    return asked[:_LONGEST_NAME] if is_known else DEFAULT_STACK


def group_by(stack: str) -> GroupBy:
    """What it groups by; nothing for one bar."""
    if stack in STACKS:
        return STACKS[stack]
    return (TagDimension(stack.removeprefix(TAG)),)
