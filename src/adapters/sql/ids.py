"""Which texts can be ids of ours at all."""

import re

_FORM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


def is_id(text: str) -> bool:
    """Whether ``text`` is written like an id of ours.

    PostgreSQL refuses to compare a UUID with anything else, and takes other spellings of one.
    """
    return _FORM.fullmatch(text) is not None
