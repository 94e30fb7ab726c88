"""Are the sums what the calls amount to?"""

from dataclasses import dataclass

from application.ports.unit_of_work import UnitsOfWork
from domain.organization import Organization
from domain.rollup_difference import RollupDifference


@dataclass(frozen=True, slots=True)
class Verified:
    """An organization and where its sums are wrong, the first hundred places."""

    organization: Organization
    differences: tuple[RollupDifference, ...]


class VerifyRollups:
    """Work out every organization's sums anew from its calls, and name every difference.

    Raises:
        Unavailable: not all organizations were looked at.
    """

    def __init__(self, units_of_work: UnitsOfWork) -> None:
        self._units_of_work = units_of_work

    def __call__(self) -> list[Verified]:
        with self._units_of_work(snapshot=True) as uow:
            return [
                Verified(each, tuple(uow.rollups.differences(each.id)))
                for each in uow.organizations.list_all()
            ]
