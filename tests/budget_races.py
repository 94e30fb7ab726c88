"""Processes that ingest and reserve at one moment, each as a process of the server does."""

import multiprocessing
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from ipaddress import ip_network
from itertools import count
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import Any

from application.budgets.reserve_request import ReserveRequest
from application.budgets.set_budget import SetBudgetRequest
from application.ingestion.ingest_events import IngestEventsRequest
from application.notifications.set_channel import SetChannelRequest
from domain.alert import Alert
from domain.api_key import ApiKey
from domain.budget import Budget
from domain.budget_scope import Attribution
from domain.errors import TrueComputeError
from domain.event import ReportedEvent
from domain.period import Span
from domain.report import EventSelection
from domain.spending import Spending
from entrypoints.container import Container
from tests.contracts.tenants import a_stored_key
from tests.http_client import settings_on

Job = IngestEventsRequest | ReserveRequest

#: Of each process; a database for tests has a hundred, and others use it too.
CONNECTIONS = 12
#: A model that no list has.
UNPRICED = "nobodys"
LOCAL = ip_network("127.0.0.0/8")
_SPAWN = multiprocessing.get_context("spawn")
_PATIENCE_S = 60
_numbers = count(1)


def container_on(url: str) -> Container:
    """The application without a door, allowed to post to this machine."""
    settings = settings_on(url, threads=CONNECTIONS, webhook_allowed_networks=(LOCAL,))
    return Container(settings=settings)


@dataclass(frozen=True, slots=True)
class Account:
    """An organization with a key, and what its budgets have come to."""

    container: Container
    key: ApiKey

    @classmethod
    def on(cls, container: Container) -> "Account":
        return cls(container, a_stored_key(container.units_of_work()))

    def set_budget(self, budget_id: str | None = None, **changes: Any) -> Budget:
        """A new budget of $100 for each month, or one changed."""
        terms = changes if budget_id else {"name": "B", "limit_usd": Decimal(100), **changes}
        request = SetBudgetRequest(
            organization_id=self.key.organization_id, changes=terms, budget_id=budget_id
        )
        return self.container.set_budget()(request).budget

    def add_channel(self, url: str = "http://127.0.0.1:9/") -> str:
        request = SetChannelRequest(
            organization_id=self.key.organization_id, name="Hook", target=url
        )
        return self.container.set_channel()(request).id

    def call(self, *usd: str | Decimal | None, **fields: Any) -> IngestEventsRequest:
        """To be ingested: calls that cost so much, None nobody knows, each with these fields."""
        reported = {"timestamp": self.now(), "provider": "openai", "model": "gpt-4o", **fields}
        items = [
            ReportedEvent(id=f"race-{next(_numbers)}", **(reported | _cost(each))) for each in usd
        ]
        return IngestEventsRequest(
            organization_id=self.key.organization_id, api_key_id=self.key.id, items=items
        )

    def reservation(self, usd: str | Decimal | None, **fields: Any) -> ReserveRequest:
        """To be reserved, None for a model without a price; ``project`` is the call's."""
        named = {"project": fields.pop("project", None), "api_key": self.key.id}
        if usd is None:
            named |= {"provider": "openai", "model": UNPRICED}
            fields |= {"input_tokens": 1, "max_output_tokens": 1}
        return ReserveRequest(
            organization_id=self.key.organization_id,
            attribution=Attribution(**named),
            estimate_usd=None if usd is None else Decimal(usd),
            **fields,
        )

    def now(self) -> datetime:
        found: datetime = self.container.clock().now()
        return found.astimezone(UTC)

    def in_ledger(self, budget: Budget, period: Span | None = None) -> Spending | None:
        """Of the period in progress unless another is named; None where it is not open."""
        key = (budget.id, (period or budget.period_at(self.now())).start)
        with self.container.units_of_work()() as uow:
            found = uow.ledger.find(budget.organization_id, [key])
        return found[0] if found else None

    def spent(self, budget: Budget, period: Span | None = None) -> Decimal:
        """What the stored calls add up to, whatever the ledger says."""
        selection = EventSelection(
            organization_id=budget.organization_id,
            span=period or budget.period_at(self.now()),
            filter=budget.terms.scope.as_filter,
        )
        with self.container.units_of_work()() as uow:
            found: Decimal = uow.usage_reports.spent(selection)
        return found

    def alerts(self, budget: Budget) -> list[Alert]:
        """In the order in which they were raised."""
        with self.container.units_of_work()() as uow:
            found: list[Alert] = uow.alerts.list(budget.organization_id, budget_id=budget.id)
        return found[::-1]

    def channels_told(self, alert: Alert) -> list[str]:
        """Ids of channels, once for each delivery to them."""
        with self.container.units_of_work()() as uow:
            found = uow.deliveries.of_alerts(alert.organization_id, [alert.id])
        return [delivery.channel_id for delivery in found]


@dataclass(frozen=True, slots=True)
class _Race:
    """``is_alone``: each call has a transaction of its own, where a server would join them."""

    jobs: Sequence[Job]
    is_alone: bool


@dataclass(frozen=True, slots=True)
class Racers:
    """Processes that wait for something to do at once."""

    lines: Sequence[Connection]

    def run(self, jobs: Sequence[Job], *, is_alone: bool = False) -> list[str]:
        """One thread for each job; what became of each, in no order: a fate, or an error's name."""
        for number, line in enumerate(self.lines):
            line.send(_Race(jobs[number :: len(self.lines)], is_alone))
        return [answer for line in self.lines for answer in line.recv()]


def _cost(usd: str | Decimal | None) -> dict[str, Any]:
    return {"model": UNPRICED} if usd is None else {"provider_cost_usd": Decimal(usd)}


@contextmanager
def racers(url: str, processes: int = 2) -> Iterator[Racers]:
    """As many processes, each with the application of its own, until the context ends."""
    gate = _SPAWN.Barrier(processes)
    pairs = [_SPAWN.Pipe() for _ in range(processes)]
    started = [_SPAWN.Process(target=_serve, args=(theirs, gate, url)) for _, theirs in pairs]
    for process in started:
        process.start()
    for _, theirs in pairs:
        theirs.close()
    try:
        for ours, _ in pairs:
            ours.recv()
        yield Racers([ours for ours, _ in pairs])
    finally:
        for ours, _ in pairs:
            ours.close()
        for process in started:
            process.join(_PATIENCE_S)


def _serve(line: Connection, gate: Barrier, url: str) -> None:
    container = container_on(url)
    container.price_lists().table()
    line.send("ready")
    try:
        while True:
            line.send(_answers(container, gate, line.recv()))
    except EOFError:
        container.engine().dispose()


def _answers(container: Container, gate: Barrier, race: _Race) -> list[str]:
    start = threading.Barrier(len(race.jobs) + 1)
    doors = [_door(container, job, is_alone=race.is_alone) for job in race.jobs]

    def run(number: int) -> str:
        start.wait(_PATIENCE_S)
        return _answer(doors[number], race.jobs[number])

    with ThreadPoolExecutor(len(race.jobs)) as threads:
        running = [threads.submit(run, number) for number in range(len(race.jobs))]
        gate.wait(_PATIENCE_S)
        start.wait(_PATIENCE_S)
        return [each.result() for each in running]


def _door(container: Container, job: Job, *, is_alone: bool) -> Callable[[Any], Any]:
    if isinstance(job, ReserveRequest):
        if is_alone:
            container.reserve.reset()
        reserve: Callable[[Any], Any] = container.reserve()
        return reserve
    if is_alone:
        container.ingest_events.reset()
    ingest: Callable[[Any], Any] = container.ingest_events()
    return ingest


def _answer(door: Callable[[Any], Any], job: Job) -> str:
    try:
        told = door(job)
    except TrueComputeError as error:
        return type(error).__name__
    except Exception as error:  # noqa: BLE001 - told to the other process, which judges it
        return repr(error)
    return "reserved" if isinstance(job, ReserveRequest) else str(told.outcomes[0])
