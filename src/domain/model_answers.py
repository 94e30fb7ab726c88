"""Under which other names the calls of a model are reported."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from domain.budget_scope import Attribution
from domain.event import Event, ReportedEvent

#: What answers is remembered of an organization up to so many names.
MOST_ANSWERS = 1_000


@dataclass(frozen=True, slots=True, order=True)
class ModelAnswer:
    """Calls that ask a provider for one model, and are answered by another one's name.

    Providers answer by a more exact name (``gpt-4o`` by ``gpt-4o-2024-08-06``), gateways by that of
    whichever model they chose.
    """

    provider: str
    requested_model: str
    model: str


class ModelAnswers:
    """Immutable, and safe to share between threads."""

    def __init__(self, known: Iterable[ModelAnswer] = ()) -> None:
        self._known = frozenset(known)
        by_request: defaultdict[str, list[ModelAnswer]] = defaultdict(list)
        for each in sorted(self._known):
            by_request[each.requested_model].append(each)
        self._by_request = dict(by_request)

    def attributions(self, asked: Attribution) -> Iterator[Attribution]:
        """What the event of a call may say that is about to be made, ``asked`` first."""
        yield asked
        for each in self._by_request.get(asked.model or "", ()):
            if asked.provider in (None, each.provider):
                yield replace(asked, model=each.model)

    def news_of(self, events: Iterable[Event]) -> set[ModelAnswer]:
        """What is not known yet, unless no more can be remembered."""
        if len(self._known) >= MOST_ANSWERS:
            return set()
        # First the few that differ: this is done for every call that is stored.
        told = {(each.provider, each.requested_model, each.model) for each in _reported(events)}
        answers = (
            ModelAnswer(provider, asked, model)
            for provider, asked, model in told
            if asked is not None and asked != model
        )
        return {*answers} - self._known


def _reported(events: Iterable[Event]) -> Iterator[ReportedEvent]:
    return (event.reported for event in events)
