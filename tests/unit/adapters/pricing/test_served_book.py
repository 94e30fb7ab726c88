"""The book in force: an operator's within seconds, and never a lost or half-read one."""

import json

import pytest
from structlog.testing import capture_logs

from adapters.memory.unit_of_work import InMemoryUnitOfWork, InMemoryUnitsOfWork
from adapters.pricing.book import BundledPricingTables
from adapters.pricing.files import JsonPriceBookFiles
from adapters.pricing.served_book import ServedPricingTables
from domain.errors import Unavailable
from tests.builders import NOW
from tests.contracts.price_books import a_book
from tests.unit.adapters.pricing.test_book import sound

SMALL = json.dumps(sound() | {"book_version": "2027-01-01"}).encode()


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class SometimesAway(InMemoryUnitsOfWork):
    is_away = False

    def __call__(self, *, snapshot: bool = False) -> InMemoryUnitOfWork:
        if self.is_away:
            raise Unavailable("The store is away.")
        return super().__call__(snapshot=snapshot)


@pytest.fixture
def units() -> SometimesAway:
    return SometimesAway()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def served(units: SometimesAway, clock: Clock) -> ServedPricingTables:
    return ServedPricingTables(
        BundledPricingTables(), JsonPriceBookFiles(), units, every_s=5, monotonic=clock
    )


def activate(units: InMemoryUnitsOfWork, content: bytes = SMALL) -> None:
    book = a_book(content=content)
    with units() as uow:
        uow.price_books.stage(book)
        uow.price_books.activate(book, NOW)
        uow.commit()


def test_without_a_book_of_an_operators_the_bundled_one_is_in_force(
    served: ServedPricingTables,
) -> None:
    assert served.current().models > 2000
    assert not served.is_replaced()


def test_an_activated_book_is_in_force_at_the_next_look_and_not_before(
    served: ServedPricingTables, units: SometimesAway, clock: Clock
) -> None:
    bundled = served.current()
    activate(units)
    clock.now += 4.9
    assert served.current() is bundled
    clock.now += 0.2
    assert served.current().book_version == "2027-01-01"
    assert served.is_replaced()
    assert served.current() is served.current()


def test_an_operators_book_is_there_from_the_first_call_on(
    served: ServedPricingTables, units: SometimesAway
) -> None:
    activate(units)
    assert served.current().book_version == "2027-01-01"


def test_the_bundled_book_comes_back(
    served: ServedPricingTables, units: SometimesAway, clock: Clock
) -> None:
    activate(units)
    served.current()
    with units() as uow:
        uow.price_books.retire(NOW)
        uow.commit()
    clock.now += 6
    assert served.current().models > 2000


@pytest.mark.parametrize("content", [b"", b"{}", SMALL[:-5]])
def test_a_book_that_cannot_be_read_changes_nothing(
    served: ServedPricingTables, units: SometimesAway, clock: Clock, content: bytes
) -> None:
    bundled = served.current()
    activate(units, content)
    clock.now += 6
    assert served.current() is bundled


def test_no_book_is_in_force_while_the_first_one_cannot_be_read(
    served: ServedPricingTables, units: SometimesAway, clock: Clock
) -> None:
    activate(units, b"{}")
    with pytest.raises(Unavailable):
        served.current()
    clock.now += 6
    with pytest.raises(Unavailable):
        served.is_replaced()


def test_no_book_is_in_force_before_the_store_answered_once(
    served: ServedPricingTables, units: SometimesAway, clock: Clock
) -> None:
    activate(units)
    units.is_away = True
    with pytest.raises(Unavailable):
        served.current()
    units.is_away = False
    with pytest.raises(Unavailable):
        served.is_replaced()
    clock.now += 1.1
    assert served.current().book_version == "2027-01-01"


def test_an_outage_is_said_once(
    served: ServedPricingTables, units: SometimesAway, clock: Clock
) -> None:
    def looks(times: int) -> None:
        for _ in range(times):
            clock.now += 6
            served.current()

    served.current()
    with capture_logs() as said:
        units.is_away = True
        looks(3)
        units.is_away = False
        looks(1)
        units.is_away = True
        looks(2)
    assert [entry["detail"] for entry in said] == ["The store is away."] * 2


def test_while_the_store_is_away_the_book_stays(
    served: ServedPricingTables, units: SometimesAway, clock: Clock
) -> None:
    activate(units)
    own = served.current()
    units.is_away = True
    clock.now += 6
    assert served.current() is own
