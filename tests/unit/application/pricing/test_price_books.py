"""An operator's price book: staged, looked at, put in force, and noticed."""

import json
from typing import Any

import pytest

from adapters.pricing.book import BundledPricingTables
from adapters.pricing.files import JsonPriceBookFiles
from adapters.pricing.served_book import ServedPricingTables
from application.pricing.activate_price_book import ActivatePriceBook
from application.pricing.note_price_book import NotePriceBook
from application.pricing.return_to_bundled_book import ReturnToBundledBook
from application.pricing.stage_price_book import StagePriceBook
from domain.errors import Conflict, Invalid, NotFound
from domain.pricing.book_changes import RefusalCode
from domain.repricing import RepricingReason
from tests.builders import a_cost, an_api_key, an_event, an_organization
from tests.unit.application.world import World

FILES = JsonPriceBookFiles()
BUNDLED = BundledPricingTables()


def edited(book_version: str | None, **first_model: Any) -> bytes:
    """The bundled book with changes of its first model, and another version."""
    book = json.loads(FILES.bundled())
    book["book_version"] = book_version or book["book_version"]
    book["models"][0] |= first_model
    return json.dumps(book).encode()


class Desk:
    """An operator's commands, on a world in memory."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.tables = ServedPricingTables(BUNDLED, FILES, world.units, every_s=0)
        self.stage = StagePriceBook(world.units, FILES, self.tables, world.identifiers, world.clock)
        self.activate = ActivatePriceBook(world.units, self.stage, world.clock)
        self.use_bundled = ReturnToBundledBook(world.units, world.clock)
        self.note = NotePriceBook(world.units, self.tables, world.identifiers, world.clock)


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def test_a_staged_book_is_compared_and_not_yet_in_force(desk: Desk) -> None:
    found = desk.stage(edited("mine-1"))
    changes = found.changes
    assert (changes.added, changes.removed, changes.changed) == ((), (), ())
    assert found.refusals == ()
    assert desk.stage(None) == found
    assert not desk.tables.is_replaced()


def test_an_activated_book_is_in_force_and_the_bundled_one_comes_back(desk: Desk) -> None:
    desk.stage(edited("mine-1"))
    desk.activate()
    assert desk.tables.current().book_version == "mine-1"
    assert desk.use_bundled()
    assert not desk.use_bundled()
    assert desk.tables.current() is BUNDLED.current()


def test_without_a_staged_book_there_is_nothing_to_compare_or_activate(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.stage(None)
    with pytest.raises(NotFound):
        desk.activate()


def test_a_book_that_is_refused_is_activated_only_with_a_reason_which_is_kept(desk: Desk) -> None:
    small = json.loads(FILES.bundled()) | {"book_version": "mine-1"}
    small["models"] = small["models"][:10]
    found = desk.stage(json.dumps(small).encode())
    assert {refusal.code for refusal in found.refusals} == {RefusalCode.MASS_REMOVAL}
    with pytest.raises(Conflict, match="models are gone") as refused:
        desk.activate()
    assert refused.value.code == "book_refused"
    assert not desk.tables.is_replaced()
    desk.activate("we use ten models")
    assert desk.tables.current().models == 10
    with desk.world.units(snapshot=True) as uow:
        (book,) = uow.price_books.history()
    assert book.note == "we use ten models"


@pytest.mark.parametrize("content", [b"", b"{}", edited("mine-1")[:-9], edited("no spaces")])
def test_a_file_that_is_no_price_book_is_not_stored(desk: Desk, content: bytes) -> None:
    desk.stage(edited("mine-1"))
    with pytest.raises(Invalid, match="price book") as refused:
        desk.stage(content)
    assert refused.value.code == "broken_price_book"
    assert desk.stage(None).book.book_version == "mine-1"


def test_a_version_stands_for_its_prices(desk: Desk) -> None:
    with pytest.raises(Invalid, match="book_version of its own") as refused:
        desk.stage(edited(None, prices=[{"source": "genai-prices", "rates": {}}]))
    assert refused.value.code == "book_version_taken"
    desk.stage(FILES.bundled())
    desk.activate()
    desk.stage(edited("mine-1"))
    desk.activate()
    with pytest.raises(Invalid, match="mine-1"):
        desk.stage(edited("mine-1", prices=[{"source": "genai-prices", "rates": {}}]))
    desk.stage(edited("mine-1"))


def test_a_new_book_is_noticed_once_and_prices_again_what_had_no_price(desk: Desk) -> None:
    world, lucky = desk.world, an_organization()
    unpriced, priced = world.organization(), world.organization(lucky)
    world.events(an_event(an_api_key(unpriced), cost=a_cost(None)), an_event(an_api_key(priced)))
    assert desk.note()
    assert not desk.note()
    desk.stage(edited("mine-1"))
    desk.activate()
    assert desk.note()
    with world.units(snapshot=True) as uow:
        reasons = [each.reason for each in uow.repricings.list(unpriced.id)]
        assert uow.repricings.list(priced.id) == []
    assert reasons == [RepricingReason.PRICE_BOOK] * 2
    assert desk.use_bundled()
    assert not desk.note()
