"""Which price book is in force, where it comes from, and how old it is."""

from dataclasses import dataclass
from datetime import date

#: Providers change some price every few weeks; a book that is older has missed some.
STALE_AFTER_DAYS = 45


@dataclass(frozen=True, slots=True)
class BookSource:
    """Whose data it is, and under which licence it is passed on."""

    name: str
    version: str
    licence: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BookInfo:
    """``version`` is the day the book was made on, unless its maker calls it otherwise."""

    version: str
    sources: tuple[BookSource, ...] = ()

    @property
    def made_on(self) -> date | None:
        try:
            return date.fromisoformat(self.version[:10])
        except ValueError:
            return None

    def age_days(self, today: date) -> int | None:
        """Whole days since it was made; None where its version is no day."""
        return None if self.made_on is None else max(0, (today - self.made_on).days)

    def is_newer_than(self, day: date | None) -> bool:
        """Whether it was made after a day; False where either is not known."""
        return day is not None and self.made_on is not None and self.made_on > day

    def is_stale(self, today: date) -> bool:
        """Whether it is so old that prices have probably changed since."""
        age = self.age_days(today)
        return age is not None and age > STALE_AFTER_DAYS
