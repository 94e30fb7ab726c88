"""The bundled price book comes back into force."""

from application.ports.clock import Clock
from application.ports.unit_of_work import UnitsOfWork


class ReturnToBundledBook:
    """Put the operator's book out of force; answer whether there was one."""

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    def __call__(self) -> bool:
        with self._units_of_work() as uow:
            was_active = uow.price_books.retire(self._clock.now())
            uow.commit()
        return was_active
