"""A user signs in."""

from dataclasses import dataclass, field

from application.accounts.session_opening import OpenedSession, open_session
from application.accounts.throttle import Attempt, Throttle
from application.ports.clock import Clock
from application.ports.passwords import Passwords
from application.ports.secrets import Secrets
from application.ports.unit_of_work import UnitsOfWork
from domain.errors import Unauthenticated
from domain.secret import hash_secret
from domain.user import User


@dataclass(frozen=True, slots=True, kw_only=True)
class LogInRequest:
    """``address`` is the network address of the browser, for the throttle.

    ``previous_token`` is the session the browser brought along, which ends.
    """

    email: str
    password: str = field(repr=False)
    address: str
    previous_token: str | None = field(default=None, repr=False)


class LogIn:
    """Sign a user in with e-mail address and password.

    - Attempts are throttled per account and address, and per address.
    - Unknown addresses and wrong passwords are answered alike, after the same work.

    Raises:
        TooManyRequests: ``too_many_attempts``.
        Unauthenticated: ``invalid_credentials``.
    """

    def __init__(
        self,
        units_of_work: UnitsOfWork,
        passwords: Passwords,
        secrets: Secrets,
        clock: Clock,
    ) -> None:
        self._units_of_work = units_of_work
        self._passwords = passwords
        self._secrets = secrets
        self._clock = clock
        self._throttle = Throttle(units_of_work, clock)

    def __call__(self, request: LogInRequest) -> OpenedSession:
        attempt = Attempt.of(request.email, request.address)
        self._throttle.count(attempt)
        with self._units_of_work() as uow:
            user = uow.users.find_by_email(request.email.lower())
        # Hashing takes a quarter of a second; no transaction stays open meanwhile.
        is_right = self._passwords.matches(request.password, user.password_hash if user else None)
        if user is None or not is_right:
            raise _refused()
        return self._sign_in(user, request, attempt)

    def _sign_in(self, user: User, request: LogInRequest, attempt: Attempt) -> OpenedSession:
        with self._units_of_work() as uow:
            current = uow.users.get_for_update(user.id)
            if current is None or current.password_hash != user.password_hash:
                # It was changed since it was looked at, and that ended all sessions.
                raise _refused()
            self._throttle.take_back(uow, attempt)
            if request.previous_token:
                uow.sessions.delete(hash_secret(request.previous_token))
            opened = open_session(uow, user, self._secrets, self._clock)
            uow.commit()
        return opened


def _refused() -> Unauthenticated:
    return Unauthenticated("E-mail or password is wrong.", code="invalid_credentials")
