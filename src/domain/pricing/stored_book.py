"""A price book that an operator put in the place of the bundled one, or is about to."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBook:
    """``content`` is the file as it was given. A book that is not activated yet is staged.

    ``note`` says why it was taken in spite of what spoke against it.
    """

    id: str
    book_version: str
    content: bytes
    staged_at: datetime
    note: str | None = None
    activated_at: datetime | None = None
    retired_at: datetime | None = None

    @property
    def is_active(self) -> bool:
        return self.activated_at is not None and self.retired_at is None
