"""One organization with all of a shape's calls and things, and somebody who looks at its pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Page

from adapters.memory.clock import ManualClock
from tests.http_client import Team, body_of
from tests.integration.pages.addresses import Address
from tests.integration.pages.looking import DESK, LAPTOP, PHONE, RULES, Look, Reader
from tests.integration.pages.shapes import LONGEST_TAG, ORDINARY, Events, Shape

WIDTHS = tuple(Look("light", width) for width in (PHONE, LAPTOP, DESK))
LOOKS = (*WIDTHS, *(Look("light", width, RULES) for width in (LAPTOP, PHONE)))
#: How many calls a request may hold, and how old they may be.
_BATCH, _PATIENCE = 1_000, timedelta(days=80)
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Household:
    """One organization with all of a shape's calls and things, and somebody who looks at it."""

    shape: Shape
    team: Team
    reader: Reader
    now: datetime
    budget: str

    @property
    def is_empty(self) -> bool:
        return not self.shape.total

    @property
    def page(self) -> Page:
        return self.reader.page

    def visit(self, name: str, path: str, **pairs: str) -> Page:
        """Look at a page in all ways."""
        return self._visit(name, f"{path}{_query(pairs)}", LOOKS)

    def visit_things(self, name: str, path: str) -> Page:
        """Look at a page without calls. Where names are ordinary, axe knows it from the walk."""
        return self._visit(name, path, WIDTHS if self.shape.names == ORDINARY else LOOKS)

    def _visit(self, name: str, path: str, looks: tuple[Look, ...]) -> Page:
        self.reader.visit(Address(f"{self.shape.name}, {name}", path), looks)
        return self.page

    def report(self, name: str, path: str, **pairs: str) -> Page:
        """Look at a page of the range that holds all calls."""
        return self.visit(name, f"/dashboard{path}", **self.shape.range(self.now), **pairs)

    def expect(self, what: str, found: object, expected: object) -> None:
        if found != expected:
            self.reader.findings.append(
                f"{self.shape.name}, {self.page.url}: {what} is {found!r} and not {expected!r}"
            )

    def expect_next_step(self) -> None:
        """Where nothing is shown, words say so, and something leads on."""
        empty = self.page.locator("main .empty")
        self.expect("empty states", empty.count(), 1)
        self.expect("a way on", empty.locator("a").count() > 0, expected=True)


def send(team: Team, events: Events, clock: ManualClock) -> None:
    """Send them by the ordinary door, oldest first; it takes them as ``clock`` moves along."""
    now = clock.now()
    rest = sorted(events, key=_began)
    while rest:
        clock.advance(min(now, _began(rest[0]) + _PATIENCE) - clock.now())
        taken = [each for each in rest[:_BATCH] if _began(each) <= clock.now()]
        answer = team.send(*taken)
        assert answer["accepted"] == len(taken), answer
        rest = rest[len(taken) :]
    clock.advance(now - clock.now())


def name_things(team: Team, shape: Shape) -> str:
    """A budget, a key and a channel for each name of the shape; the id of the last budget."""
    budget = ""
    for name in shape.names:
        short = name[:_LONGEST_NAME]
        team.new_key("ingest", "read", name=short)
        _post(team, "channels", name=short, type="webhook", url="https://1.1.1.1/hook")
        # So low that the first call is an alert.
        scope = {} if name in ORDINARY else {"project": name, "tags": {name[:LONGEST_TAG]: name}}
        budget = _post(team, "budgets", name=short, limit_usd="0.0001", scope=scope)
    return budget


def _post(team: Team, path: str, **body: object) -> str:
    answer = team.owner.client.post(f"/api/v1/{path}", json=body)
    assert answer.status_code == 201, answer.text
    return str(body_of(answer)["id"])


def _began(event: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(event["timestamp"])


def _query(pairs: Mapping[str, str]) -> str:
    return f"?{urlencode(pairs)}" if pairs else ""
