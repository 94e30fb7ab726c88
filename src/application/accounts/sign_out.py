"""A user signs out."""

from dataclasses import dataclass, field

from application.ports.unit_of_work import UnitsOfWork
from domain.secret import hash_secret


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOutRequest:
    token: str = field(repr=False)


class SignOut:
    """End the session on the server too: a copy of the cookie is worth nothing afterwards."""

    def __init__(self, units_of_work: UnitsOfWork) -> None:
        self._units_of_work = units_of_work

    def __call__(self, request: SignOutRequest) -> None:
        with self._units_of_work() as uow:
            uow.sessions.delete(hash_secret(request.token))
            uow.commit()
