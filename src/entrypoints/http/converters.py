"""How parts of an address are read."""

from werkzeug.routing import BaseConverter


class EventIdConverter(BaseConverter):
    """Whatever is left of the path: the sender's id of an event may hold slashes."""

    # A line break is a character like others.
    regex = "(?s:.+)"
    part_isolating = False
