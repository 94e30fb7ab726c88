"""Ids that count upwards."""

from uuid import RFC_4122, UUID

from adapters.memory.identifiers import SequentialIdentifiers
from tests.contracts.concurrency import at_once


def test_they_are_uuids_of_version_7_in_their_one_spelling() -> None:
    new = SequentialIdentifiers(series=0xFFF).new()
    parsed = UUID(new)
    assert (parsed.version, parsed.variant, str(parsed)) == (7, RFC_4122, new)


def test_later_ones_sort_after_earlier_ones() -> None:
    identifiers = SequentialIdentifiers()
    made = [identifiers.new() for _ in range(300)]
    assert made == sorted(set(made))


def test_they_are_the_same_every_time_and_differ_between_series() -> None:
    assert SequentialIdentifiers().new() == SequentialIdentifiers().new()
    assert SequentialIdentifiers(1).new() != SequentialIdentifiers(2).new()


def test_threads_share_a_sequence_and_no_id() -> None:
    identifiers = SequentialIdentifiers()
    made = at_once(8, lambda _: [identifiers.new() for _ in range(100)])
    assert len({new for each in made for new in each}) == 800
