"""A user signs in."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil

from application.accounts.session_opening import OpenedSession, open_session
from application.ports.clock import Clock
from application.ports.passwords import Passwords
from application.ports.secrets import Secrets
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from domain.errors import TooManyRequests, Unauthenticated
from domain.secret import hash_secret
from domain.user import User

ATTEMPT_WINDOW = timedelta(minutes=15)
MOST_PER_ACCOUNT_AND_ADDRESS = 10
MOST_PER_ADDRESS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class LogInRequest:
    """``address`` is the network address of the browser, for the throttle.

    ``previous_token`` is the session the browser brought along, which ends.
    """

    email: str
    password: str = field(repr=False)
    address: str
    previous_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class _Buckets:
    account: bytes
    address: bytes

    @classmethod
    def of(cls, request: LogInRequest) -> "_Buckets":
        account = f"account\0{request.email.lower()}\0{request.address}"
        return cls(_bucket(account), _bucket(f"address\0{request.address}"))


class LogIn:
    """Sign a user in with e-mail address and password.

    - At most 10 failures per account and address, and 100 per address, in 15 minutes. An attempt
      is counted, and the count committed, before the password is looked at, so that any number of
      attempts at once cannot get past the limit; a right password takes its attempt back.
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

    def __call__(self, request: LogInRequest) -> OpenedSession:
        buckets = _Buckets.of(request)
        user = self._count_attempt_and_find(request, buckets)
        if not self._passwords.matches(request.password, user.password_hash if user else None):
            user = None
        if user is None:
            raise Unauthenticated("E-mail or password is wrong.", code="invalid_credentials")
        return self._sign_in(user, request, buckets)

    def _count_attempt_and_find(self, request: LogInRequest, buckets: _Buckets) -> User | None:
        with self._units_of_work() as uow:
            # What one account's limit refuses is not held against the whole address.
            wait = self._wait(uow, buckets.account, MOST_PER_ACCOUNT_AND_ADDRESS) or self._wait(
                uow, buckets.address, MOST_PER_ADDRESS
            )
            user = uow.users.find_by_email(request.email.lower())
            uow.commit()
        if wait:
            raise TooManyRequests(
                "Too many attempts to sign in. Try again later.",
                retry_after_s=wait,
                code="too_many_attempts",
            )
        return user

    def _wait(self, uow: UnitOfWork, bucket: bytes, most: int) -> int:
        now = self._clock.now()
        number, began = uow.sign_in_attempts.count(bucket, now, now - ATTEMPT_WINDOW)
        return _seconds_until(began + ATTEMPT_WINDOW, now) if number > most else 0

    def _sign_in(self, user: User, request: LogInRequest, buckets: _Buckets) -> OpenedSession:
        with self._units_of_work() as uow:
            uow.sign_in_attempts.clear(buckets.account)
            uow.sign_in_attempts.forgive(buckets.address)
            if request.previous_token:
                uow.sessions.delete(hash_secret(request.previous_token))
            opened = open_session(uow, user, self._secrets, self._clock)
            uow.commit()
        return opened


def _bucket(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()


def _seconds_until(then: datetime, now: datetime) -> int:
    # Rounded up: who waits as long as that is let in.
    return max(1, ceil((then - now).total_seconds()))
