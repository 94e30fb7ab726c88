"""A user changes their password."""

from dataclasses import dataclass, field

from application.accounts.password_rules import check_new_password
from application.accounts.throttle import Attempt, Throttle
from application.ports.clock import Clock
from application.ports.passwords import Passwords
from application.ports.unit_of_work import UnitsOfWork
from domain.errors import Unauthenticated
from domain.secret import hash_secret
from domain.user import User


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePasswordRequest:
    """``token`` is the session that the change is made in; it stays.

    ``address`` is the network address of the browser, for the throttle.
    """

    user: User
    token: str = field(repr=False)
    current_password: str = field(repr=False)
    new_password: str = field(repr=False)
    address: str


class ChangePassword:
    """Replace the password, and end every other session of the user.

    - Attempts at the current password count like attempts to sign in.

    Raises:
        TooManyRequests: ``too_many_attempts``.
        Unauthenticated: ``invalid_credentials``, the current password is wrong.
        Invalid: the new password is not accepted.
    """

    def __init__(self, units_of_work: UnitsOfWork, passwords: Passwords, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._passwords = passwords
        self._throttle = Throttle(units_of_work, clock)

    def __call__(self, request: ChangePasswordRequest) -> None:
        user = request.user
        check_new_password(request.new_password, user.email, self._passwords, "/new_password")
        attempt = Attempt.of(user.email, request.address)
        self._throttle.count(attempt)
        if not self._passwords.matches(request.current_password, user.password_hash):
            raise _refused()
        password_hash = self._passwords.hash(request.new_password)
        with self._units_of_work() as uow:
            current = uow.users.get_for_update(user.id)
            if current is None or current.password_hash != user.password_hash:
                raise _refused()
            uow.users.update(current.with_password_hash(password_hash))
            uow.sessions.delete_of_user(user.id, except_token_hash=hash_secret(request.token))
            self._throttle.take_back(uow, attempt)
            uow.commit()


def _refused() -> Unauthenticated:
    return Unauthenticated("The current password is wrong.", code="invalid_credentials")
