"""The errors the business knows: one base, a parent for each kind, a stable code for each case."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with what was sent: where (a JSON pointer) and why."""

    pointer: str
    detail: str


class TrueComputeError(Exception):
    """Base of every anticipated error; ``code`` is stable and machine-readable."""

    default_code: ClassVar[str] = "error"

    def __init__(self, detail: str, *, code: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or self.default_code


class NotFound(TrueComputeError):
    """What was asked for does not exist, or belongs to somebody else."""

    default_code = "not_found"


class Conflict(TrueComputeError):
    """The request is right in itself and contradicts what is stored."""

    default_code = "conflict"


class Forbidden(TrueComputeError):
    """The caller is known and may not do this."""

    default_code = "forbidden"


class Unauthenticated(TrueComputeError):
    """The caller is not known."""

    default_code = "unauthenticated"


class Unavailable(TrueComputeError):
    """Something the service needs is away; nothing was stored, and a retry is safe."""

    default_code = "unavailable"


class Busy(Unavailable):
    """Somebody else holds what this needs, and did not let go of it in time."""


class Undeliverable(TrueComputeError):
    """A notification did not reach its receiver; a retry may.

    ``detail`` is for the owner of the channel and never repeats what the receiver answered.
    """

    default_code = "undeliverable"


class Invalid(TrueComputeError):
    """What was sent breaks a rule; ``faults`` says where."""

    default_code = "invalid"

    def __init__(
        self, detail: str, *, code: str | None = None, faults: tuple[Fault, ...] = ()
    ) -> None:
        super().__init__(detail, code=code)
        self.faults = faults

    @property
    def first_fault(self) -> Fault:
        """The first thing wrong; points at the whole when nothing more exact is known."""
        return self.faults[0] if self.faults else Fault("", self.detail)

    @classmethod
    def at(cls, pointer: str, detail: str, *, code: str | None = None) -> "Invalid":
        """An error with a single fault, which is also its detail."""
        return cls(detail, code=code, faults=(Fault(pointer, detail),))


class TooManyRequests(TrueComputeError):
    """The caller has to wait for ``retry_after_s`` seconds."""

    default_code = "too_many_requests"

    def __init__(self, detail: str, *, retry_after_s: int, code: str | None = None) -> None:
        super().__init__(detail, code=code)
        self.retry_after_s = retry_after_s
