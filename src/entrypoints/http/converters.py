"""How parts of an address are read, and how names of senders are put into one."""

from urllib.parse import quote, unquote

from werkzeug.routing import BaseConverter


class EventIdConverter(BaseConverter):
    """Whatever is left of the path: the sender's id of an event may hold slashes."""

    # A line break is a character like others.
    regex = "(?s:.+)"
    part_isolating = False


class NameConverter(BaseConverter):
    """One part of the path, as ``escaped`` wrote it."""

    regex = "(?s:[^/]+)"

    def to_python(self, value: str) -> str:
        """The name; what is no escape is as it stands, for whoever types an address."""
        return unquote(value)


class LastNameConverter(NameConverter):
    """Whatever is left of the path, as ``escaped`` wrote it: a model may hold slashes."""

    regex = "(?s:.+)"
    part_isolating = False


def escaped(name: str, *, is_last: bool) -> str:
    """A name as a part of a path, that neither browsers nor servers resolve or split.

    They undo one escape before routes are looked up. What means something to them needs another:
    ``.`` and ``..``, which they take for folders, and a slash, unless it is in the ``last`` part.
    """
    inner = name.replace("%", "%25")
    if name in (".", ".."):
        inner = name.replace(".", "%2E")
    if not is_last:
        inner = inner.replace("/", "%2F")
    return quote(inner, safe="")
