"""Which source holds where the two disagree, and why: ``pins.json`` beside this file."""

from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

import msgspec

FILE = Path(__file__).with_name("pins.json")


class Pin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``model`` is a pattern of a shell; ``since`` is the first day of the price that holds."""

    provider: str
    model: str
    holds: Literal["genai-prices", "litellm"]
    reason: str
    url: str | None = None
    since: date | None = None

    def covers(self, provider: str, model: str) -> bool:
        return self.provider == provider and fnmatchcase(model, self.model)


class MoveNote(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a price may move more than tenfold against the last book."""

    provider: str
    model: str
    reason: str


class Pins(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first pin that covers a name decides."""

    pins: tuple[Pin, ...]
    moves: tuple[MoveNote, ...] = ()

    def find(self, provider: str, model: str) -> Pin | None:
        return next((pin for pin in self.pins if pin.covers(provider, model)), None)


def load() -> Pins:
    """Raises ``msgspec.ValidationError`` for a file that is none."""
    return msgspec.json.decode(FILE.read_bytes(), type=Pins)
