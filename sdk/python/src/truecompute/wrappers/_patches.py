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
#: A holder, the name of its attribute, what stood there of its own, and what was put there.
_Change = tuple[Any, str, Any, Any]


class AlreadyPatched(Exception):
    """What is to be wrapped is wrapped already, as a part of another object, or of a copy of it."""

    def __init__(self, patches: "Patches") -> None:
        super().__init__()
        self.patches = patches


class Patches:
    """The changes of one client, newest last.

    ``is_undone`` says that they are of no effect, also where the program has since put something of
    its own around one, which then stays. What was put in place keeps this alive, and nothing else
    does: it holds on to the client.
    """

    def __init__(self, reporter: Reporter, limits: Limits | None = None) -> None:
        self.reporter: Reporter = reporter
        self.limits: Limits | None = limits
        self.is_undone: bool = False
        self._changes: list[_Change] = []

    def replace(self, holder: Any, name: str, make: Callable[[Any], Any]) -> None:
        """Put ``make(original)`` in the place of an attribute, unless it stands there.

        Raises ``AttributeError``, and ``AlreadyPatched`` where another's stands there.
        """
        original = getattr(holder, name)
        own = _attributes(holder).get(name, _MISSING)
        other = getattr(own, "_truecompute", None)
        if isinstance(other, Patches) and other.stands(name, own):
            if other is self:
                return
            raise AlreadyPatched(other)
        made = make(original)
        made.__wrapped__ = original
        made._truecompute = self
        for copied in ("__name__", "__qualname__", "__doc__", "__module__"):
            setattr(made, copied, getattr(original, copied, None))
        if not self.names_in(holder):
            self._change(holder, "__getstate__", _state_of(holder, self))
        self._change(holder, name, made)

    def _change(self, holder: Any, name: str, made: Any) -> None:
        self._changes.append((holder, name, _attributes(holder).get(name, _MISSING), made))
        setattr(holder, name, made)

    def stands(self, name: str, made: Any) -> bool:
        """Whether ``made`` is what was put in the place of an attribute, and is of effect."""
        if self.is_undone:
            return False
        return any(change[1] == name and change[3] is made for change in self._changes)

    def names_in(self, holder: Any) -> list[str]:
        """The attributes of ``holder`` that were put there."""
        return [name for changed, name, _, _ in self._changes if changed is holder]

    def count(self) -> int:
        """How many changes there are."""
        return len(self._changes)

    def undo(self, *, down_to: int = 0) -> list[_Change]:
        """Make everything as it was, or as it was after so many changes, but for what the program
        has put in its place since. The changes that were undone, newest first.
        """
        self.is_undone = not down_to
        undone = self._changes[down_to:][::-1]
        del self._changes[down_to:]
        for holder, name, own, made in undone:
            attributes = _attributes(holder)
            if attributes.get(name) is not made:
                continue
            if own is _MISSING:
                del attributes[name]
            else:
                setattr(holder, name, own)
        return undone

    def redo(self, undone: list[_Change]) -> None:
        """Make the changes again, but for where the program has put something of its own since."""
        for change in reversed(undone):
            holder, name, own, made = change
            if _attributes(holder).get(name, _MISSING) is own:
                setattr(holder, name, made)
            self._changes.append(change)
        self.is_undone = False


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


def clients_of(patches: Patches) -> list[Any]:
    """The clients that are wrapped by these changes, and are still there."""
    found = (client_at() for client_at, at in list(_wrapped.values()) if at() is patches)
    return [client for client in found if client is not None]


def forget(client: Any) -> None:
    """Note that ``client`` is wrapped no longer."""
    _wrapped.pop(id(client), None)
