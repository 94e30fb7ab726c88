"""An owner or admin decides how long single calls are kept."""

from dataclasses import dataclass

from application.ports.unit_of_work import UnitsOfWork
from domain.retention import check_days


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRetentionRequest:
    """``days`` None keeps calls as long as the server does."""

    organization_id: str
    days: int | None


class SetRetention:
    """Change how long an organization's single calls are kept; sums stay for good.

    What is deleted by then does not come back.

    Raises:
        Invalid: fewer days than calls may come late, or absurdly many.
    """

    def __init__(self, units_of_work: UnitsOfWork) -> None:
        self._units_of_work = units_of_work

    def __call__(self, request: SetRetentionRequest) -> None:
        if request.days is not None:
            check_days(request.days)
        with self._units_of_work() as uow:
            uow.organizations.set_retention(request.organization_id, request.days)
            uow.commit()
