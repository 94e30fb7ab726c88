"""The sums are made anew."""

from application.ports.unit_of_work import UnitsOfWork


class RebuildRollups:
    """Make every organization's sums anew from its calls; how many organizations there are.

    Each is one transaction; calls can be sent meanwhile, and reports show the old sums until then.

    Raises:
        Unavailable: the organizations that were done stay done.
    """

    def __init__(self, units_of_work: UnitsOfWork) -> None:
        self._units_of_work = units_of_work

    def __call__(self) -> int:
        with self._units_of_work(snapshot=True) as uow:
            organizations = uow.organizations.list_all()
        for organization in organizations:
            with self._units_of_work() as uow:
                uow.rollups.rebuild(organization.id)
                uow.commit()
        return len(organizations)
