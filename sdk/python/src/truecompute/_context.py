"""Whose call it is: what ``context`` and ``tag`` say of the calls inside them.

Kept in a context variable: it follows ``await`` and tasks by itself. A thread starts without it,
unless the program runs it in ``contextvars.copy_context()``.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Any, NamedTuple, TypeVar

from truecompute._diagnostics import say_failure
from truecompute._text import bounded, clean, clean_tags

_Function = TypeVar("_Function", bound=Callable[..., Any])


class Attribution(NamedTuple):
    """The fields of an event that say whose it is; None where nothing is said."""

    project: str | None = None
    environment: str | None = None
    user: str | None = None
    session: str | None = None
    trace_id: str | None = None
    reservation_id: str | None = None
    tags: Mapping[str, str] = {}

    def within(self, outer: "Attribution") -> "Attribution":
        """What holds inside ``outer``: one's own fields first, and the tags of both."""
        if outer is NOTHING:
            return self
        return Attribution(
            project=self.project if self.project is not None else outer.project,
            environment=self.environment if self.environment is not None else outer.environment,
            user=self.user if self.user is not None else outer.user,
            session=self.session if self.session is not None else outer.session,
            trace_id=self.trace_id if self.trace_id is not None else outer.trace_id,
            reservation_id=(
                self.reservation_id if self.reservation_id is not None else outer.reservation_id
            ),
            tags=bounded({**outer.tags, **self.tags}),
        )


NOTHING = Attribution()
current: ContextVar[Attribution] = ContextVar("truecompute", default=NOTHING)


class context:  # noqa: N801 - used like a function, as contextlib's are
    """What holds for every call inside: ``with``, ``async with``, or over a function.

    Nested ones add up: the inner one's fields win, its tags are added. All values are texts of at
    most 256 characters (64 for a tag's name, at most 32 tags); longer ones are cut, which is
    logged. Raises nothing.
    """

    def __init__(
        self,
        *,
        project: str | None = None,
        environment: str | None = None,
        user: str | None = None,
        session: str | None = None,
        trace_id: str | None = None,
        reservation_id: str | None = None,
        tags: Mapping[str, object] | None = None,
    ) -> None:
        self._tokens: list[Token[Attribution]] = []
        self._own = NOTHING
        try:
            self._own = Attribution(
                project=clean(project),
                environment=clean(environment),
                user=clean(user),
                session=clean(session),
                trace_id=clean(trace_id),
                reservation_id=clean(reservation_id),
                tags=clean_tags(tags),
            )
        except Exception:  # noqa: BLE001 - the host's call goes on without it
            with suppress(Exception):
                say_failure("reading a context")

    def __enter__(self) -> "context":
        try:
            self._tokens.append(current.set(self._own.within(current.get())))
        except Exception:  # noqa: BLE001 - likewise
            with suppress(Exception):
                say_failure("entering a context")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if self._tokens:
                current.reset(self._tokens.pop())
        except Exception:  # noqa: BLE001 - left in another task than it was entered in
            with suppress(Exception):
                say_failure("leaving a context")

    async def __aenter__(self) -> "context":
        return self.__enter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.__exit__(kind, error, traceback)

    def __call__(self, function: _Function) -> _Function:
        """``function`` with this context around each of its calls, a generator's body included."""

        def entered() -> context:
            fresh = context()
            fresh._own = self._own
            return fresh

        try:
            # A program that decorates nothing need not load it.
            from truecompute._surround import surrounded

            return surrounded(function, entered)
        except Exception:  # noqa: BLE001 - the host's function works without it
            with suppress(Exception):
                say_failure("decorating a function")
            return function


def tag(**tags: object) -> context:
    """Tags for every call inside: ``@tag(feature="report")``, or ``with tag(feature="report"):``.

    Works over functions, coroutine functions and generators. Raises nothing.
    """
    return context(tags=tags)
