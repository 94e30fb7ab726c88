"""Which stream of a wrapped client is the call that a framework's callback tells of as well.

A framework tells of the first part of an answer right after it has read it, and before its own
caller gets hold of any: what began to answer inside its call until then is the same call.
"""

from collections import deque
from contextvars import ContextVar
from typing import TYPE_CHECKING

from truecompute._calls import Call

if TYPE_CHECKING:
    from truecompute._watches import Watch

#: Bounds what is held for calls whose first part is never told.
_MOST_STREAMS = 100


class Answers:
    """The streams that begin to answer inside calls of a framework whose first part is awaited.

    Calls that are begun together share one, and tasks and threads that they start find it: each
    stream is given to one of them, whichever asks first.
    """

    __slots__ = ("_streams", "_waiting")

    def __init__(self) -> None:
        self._streams: deque[Watch] = deque(maxlen=_MOST_STREAMS)
        self._waiting: list[Call] = []

    def is_awaited(self) -> bool:
        """Whether there is a call whose first part is not told."""
        return bool(self._waiting)

    def wait(self, call: Call) -> None:
        """``call`` begins."""
        self._waiting.append(call)

    def add(self, stream: "Watch") -> None:
        """``stream`` begins to answer."""
        self._streams.append(stream)

    def take(self, call: Call) -> "Watch | None":
        """The stream of ``call``, the first part of which is here; None where nobody wrapped it."""
        self.leave(call)
        while self._streams:
            stream = self._streams.popleft()
            if stream.call.began_within(call) and _may_be_same(stream.call.model, call.model):
                return stream
        return None

    def leave(self, call: Call) -> None:
        """``call`` waits no longer."""
        if call in self._waiting:
            self._waiting.remove(call)


def _may_be_same(model: "str | None", told: "str | None") -> bool:
    """Unless both are known to be other models; a framework may put a path before a name.

    What is taken for two calls is counted twice at most, what is taken for one may be lost.
    """
    if not model or not told:
        return True
    return model.rpartition("/")[2] == told.rpartition("/")[2]


_current: "ContextVar[Answers | None]" = ContextVar("truecompute_answers", default=None)


def begin(call: Call) -> Answers:
    """A framework begins ``call`` in this thread or task; whom to ask for its stream."""
    answers = _current.get()
    if answers is None or not answers.is_awaited():
        answers = Answers()
        _current.set(answers)
    answers.wait(call)
    return answers


def note(stream: "Watch") -> None:
    """``stream`` begins to answer in this thread or task."""
    answers = _current.get()
    if answers is not None and answers.is_awaited():
        answers.add(stream)
