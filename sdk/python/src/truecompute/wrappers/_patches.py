"""What was changed of a client, so that it can be undone: attributes of the object itself alone.

No class and no module is touched: other clients, and other programs in the process, see nothing.
"""

import weakref
from collections.abc import Callable
from typing import Any, cast

from truecompute._fields import is_object
from truecompute._limits import Limits
from truecompute._reporter import Reporter

_MISSING: Any = object()
#: Put in the place of each holder, and so where its changes are found.
_MARK = "__getstate__"


class AlreadyPatched(Exception):
    """What is to be wrapped is wrapped already, as a part of another object, or of a copy of it."""

    def __init__(self, patches: "Patches") -> None:
        super().__init__()
        self.patches = patches


class Patches:
    """The changes of one client, newest last, and whom its calls are told to and held by: each call
    asks for these anew.

    ``is_undone`` says that they are of no effect, also where the program has since put something of
    its own around one, which then stays. What was put in place keeps this alive, and nothing else
    does: it holds on to the client.
    """

    def __init__(self, reporter: Reporter, limits: Limits | None = None) -> None:
        self.reporter: Reporter = reporter
        self.limits: Limits | None = limits
        self.is_undone: bool = False
        #: A holder, the name of its attribute, what stood there of its own, and what was put there.
        self._changes: list[tuple[Any, str, Any, Any]] = []

    def replace(self, holder: Any, name: str, make: Callable[[Any], Any]) -> None:
        """Put ``make(original)`` in the place of an attribute, once, whatever the program has put
        around it since.

        Raises ``AttributeError``, and ``AlreadyPatched`` where others have replaced it.
        """
        original = getattr(holder, name)
        other = _patches_in(holder)
        if other is not None and other is not self and name in other.names_in(holder):
            raise AlreadyPatched(other)
        if name in self.names_in(holder) and name in _attributes(holder):
            return
        made = make(original)
        made.__wrapped__ = original
        for copied in ("__name__", "__qualname__", "__doc__", "__module__"):
            setattr(made, copied, getattr(original, copied, None))
        if not self.names_in(holder):
            getstate: Any = _state_of(holder, self)
            getstate._truecompute = self
            self._change(holder, _MARK, getstate)
        self._change(holder, name, made)

    def _change(self, holder: Any, name: str, made: Any) -> None:
        self._changes.append((holder, name, _attributes(holder).get(name, _MISSING), made))
        setattr(holder, name, made)

    def names_in(self, holder: Any) -> list[str]:
        """The attributes of ``holder`` that were put there."""
        return [name for changed, name, _, _ in self._changes if changed is holder]

    def count(self) -> int:
        """How many changes there are."""
        return len(self._changes)

    def undo(self, *, down_to: int = 0) -> None:
        """Make everything as it was, or as it was after so many changes, but for what the program
        has put in its place since.
        """
        self.is_undone = not down_to
        while len(self._changes) > down_to:
            holder, name, own, made = self._changes.pop()
            attributes = _attributes(holder)
            if attributes.get(name) is not made:
                continue
            if own is _MISSING:
                del attributes[name]
            else:
                setattr(holder, name, own)


def _patches_in(holder: Any) -> Patches | None:
    """The changes of ``holder``, if there are any of effect."""
    found = getattr(_attributes(holder).get(_MARK), "_truecompute", None)
    return found if isinstance(found, Patches) and not found.is_undone else None


def _state_of(holder: Any, patches: Patches) -> Callable[[], Any]:
    """What copying and pickling ask ``holder`` for: its attributes without what was put there.

    A copy's own calls would else go through the original, with its key and its address.
    """
    own = getattr(holder, "__getstate__", None)  # which Python 3.10 has for no object

    def getstate() -> Any:
        state = cast("Any", vars(holder) if own is None else own())
        try:
            return _without(state, patches.names_in(holder))
        except Exception:  # noqa: BLE001 - never in the way
            return state

    return getstate


def _without(state: Any, names: list[str]) -> Any:
    """``state`` but for ``names``: a dictionary, or a pair of one and of what is in slots."""
    if not is_object(state):
        return (_without(state[0], names), *state[1:])
    return {name: value for name, value in state.items() if name not in names}


def _attributes(holder: Any) -> dict[str, Any]:
    """Those of the object itself, not of its class."""
    return cast("dict[str, Any]", vars(holder))


#: By the identity of a client: it need not be hashable, and is not kept alive.
_wrapped: dict[int, tuple[Any, Any]] = {}


def remember(client: Any, patches: Patches) -> None:
    """Note that ``client`` is wrapped."""
    key = id(client)
    reference = weakref.ref(client, lambda _: _wrapped.pop(key, None))
    _wrapped[key] = (reference, weakref.ref(patches))


def patches_of(client: Any) -> Patches | None:
    """The changes of ``client``; None where it is not wrapped."""
    client_at, patches_at = _wrapped.get(id(client), (None, None))
    if client_at is None or patches_at is None or client_at() is not client:
        return None
    patches: Patches | None = patches_at()
    return None if patches is None or patches.is_undone else patches


def forget(client: Any) -> None:
    """Note that ``client`` is wrapped no longer."""
    _wrapped.pop(id(client), None)
