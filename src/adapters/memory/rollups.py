"""Sums in memory: reports add up the events themselves, so there is nothing to keep."""

from datetime import datetime

from application.ports.rollups import Rollups, WaitingCalls
from domain.rollup_difference import RollupDifference


class InMemoryRollups(Rollups):
    def add_waiting(self, *, limit: int = 100) -> int:  # noqa: ARG002 - the port's signature
        return 0

    def close_weeks(self, until: datetime) -> bool:  # noqa: ARG002 - the port's signature
        return False

    def gather(self, until: datetime) -> bool:  # noqa: ARG002 - the port's signature
        return False

    def waiting(self) -> WaitingCalls:
        return WaitingCalls(0, None)

    def differences(self, organization_id: str, *, limit: int = 100) -> list[RollupDifference]:  # noqa: ARG002
        return []

    def rebuild(self, organization_id: str) -> None:
        pass
