"""Which patterns a price book may match names by: those that no name can make slow."""

import re

_LONGEST = 200
#: Each may double the ways to match a name, or try every length of it.
_MOST_CHOICES = 6
_MOST_UNBOUNDED = 1
#: An escaped character, and a set of characters, of which only the kind counts.
_ESCAPED = re.compile(r"\\.", re.DOTALL)
_SET = re.compile(r"\[\^?\]?[^\]]*\]")
_REPEATED_GROUP = re.compile(r"\)(?:[*+]|\{)")
_UNBOUNDED = re.compile(r"[*+]|\{\d*,\d*\}")
#: Groups that are no plain ones or look-aheads, and references back to a group: among them are
#: comments, flags and conditions, in which the sign of a repeat may mean something else.
_SPECIAL = re.compile(r"\(\?(?![:=!])")
_REFERENCE = re.compile(r"\\[1-9gk]")
#: Alternatives and question marks, but not the one that opens a special group.
_CHOICE = re.compile(r"\||(?<!\()\?")


def safe_pattern(pattern: str) -> str:
    """The pattern, if it is simple enough. Raises ``ValueError``, and ``re.error`` later.

    A repeated group, or several open repeats, let a name be matched in so many ways that a search
    takes longer than anybody waits, and names come from outside.
    """
    if len(pattern) > _LONGEST:
        raise ValueError(f"a pattern has at most {_LONGEST} characters")
    if _SPECIAL.search(_ESCAPED.sub("e", pattern)) or _REFERENCE.search(pattern):
        raise ValueError(f"the pattern {pattern!r} has a group of a kind that is not needed")
    plain = _SET.sub("s", _ESCAPED.sub("e", pattern))
    unbounded = len(_UNBOUNDED.findall(plain))
    is_wild = unbounded > _MOST_UNBOUNDED or unbounded + len(_CHOICE.findall(plain)) > _MOST_CHOICES
    if is_wild or _REPEATED_GROUP.search(plain):
        raise ValueError(f"the pattern {pattern!r} repeats too much: a name could make it slow")
    return pattern
