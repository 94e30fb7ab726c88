"""How often a password may be tried."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address
from math import ceil

from application.ports.clock import Clock
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from domain.errors import TooManyRequests

ATTEMPT_WINDOW = timedelta(minutes=15)
MOST_PER_ACCOUNT_AND_ADDRESS = 10
MOST_PER_ADDRESS = 100
#: What one customer of a network provider has, any address of which is theirs to use.
_IPV6_NETWORK_BITS = 64


@dataclass(frozen=True, slots=True)
class Attempt:
    """The two buckets that an attempt counts in, as hashes."""

    account: bytes
    address: bytes

    @classmethod
    def of(cls, email: str, address: str) -> "Attempt":
        """``address`` is the network address that the attempt comes from."""
        origin = _origin(address)
        return cls(_bucket(f"account\0{email.lower()}\0{origin}"), _bucket(f"address\0{origin}"))


class Throttle:
    """At most 10 failures per account and address, and 100 per address, in 15 minutes.

    An attempt is counted, and the count committed, before the password is looked at, so that any
    number of attempts at once cannot get past the limit; a right password takes its attempt back.
    """

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    def count(self, attempt: Attempt) -> None:
        """Count one more attempt. Raises ``TooManyRequests`` (``too_many_attempts``)."""
        with self._units_of_work() as uow:
            # What one account's limit refuses is not held against the whole address.
            wait = self._counted(uow, attempt.account, MOST_PER_ACCOUNT_AND_ADDRESS) or (
                self._counted(uow, attempt.address, MOST_PER_ADDRESS)
            )
            uow.commit()
        if wait:
            raise TooManyRequests(
                "Too many attempts to sign in. Try again later.",
                retry_after_s=wait,
                code="too_many_attempts",
            )

    @staticmethod
    def take_back(uow: UnitOfWork, attempt: Attempt) -> None:
        """The password was right: begin anew."""
        uow.sign_in_attempts.clear(attempt.account)
        uow.sign_in_attempts.forgive(attempt.address)

    def _counted(self, uow: UnitOfWork, bucket: bytes, most: int) -> int:
        """Count one more in ``bucket``; the seconds to wait, 0 within the limit."""
        now = self._clock.now()
        number, began = uow.sign_in_attempts.count(bucket, now, now - ATTEMPT_WINDOW)
        return _seconds_until(began + ATTEMPT_WINDOW, now) if number > most else 0


def _origin(address: str) -> str:
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        host_bits = 128 - _IPV6_NETWORK_BITS
        return f"{IPv6Address(int(found) >> host_bits << host_bits)}/{_IPV6_NETWORK_BITS}"
    return address


def _bucket(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()


def _seconds_until(then: datetime, now: datetime) -> int:
    # Rounded up: who waits as long as that is let in.
    return max(1, ceil((then - now).total_seconds()))
