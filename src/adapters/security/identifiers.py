"""UUIDs that sort by the time they were made."""

import uuid6

from application.ports.identifiers import Identifiers


class Uuid7Identifiers(Identifiers):
    def new(self) -> str:
        return str(uuid6.uuid7())
