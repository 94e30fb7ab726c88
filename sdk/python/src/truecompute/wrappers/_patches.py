"""What was changed of a client, so that it can be undone: attributes of the object itself alone.

No class and no module is touched: other clients, and other programs in the process, see nothing.
"""

import weakref
from collections.abc import Callable
from typing import Any, cast

from truecompute._limits import Limits
from truecompute._reporter import Reporter

_MISSING: Any = object()


class Patches:
    """The changes of one client, newest last."""

    def __init__(self, client: Any, reporter: Reporter, limits: Limits | None = None) -> None:
        self.reporter: Reporter = reporter
        self.limits: Limits | None = limits
        self._client = weakref.ref(client)
        self._changes: list[tuple[Any, str, Any]] = []

    def replace(self, holder: Any, name: str, make: Callable[[Any], Any]) -> None:
        """Put ``make(original)`` in the place of an attribute. Raises ``AttributeError``."""
        original = getattr(holder, name)
        own = _attributes(holder).get(name, _MISSING)
        made = make(original)
        made.__wrapped__ = original
        for copied in ("__name__", "__qualname__", "__doc__", "__module__"):
            setattr(made, copied, getattr(original, copied, None))
        self._changes.append((holder, name, own))
        setattr(holder, name, made)

    def undo(self) -> None:
        """Make everything as it was."""
        while self._changes:
            holder, name, own = self._changes.pop()
            if own is _MISSING:
                _attributes(holder).pop(name, None)
            else:
                setattr(holder, name, own)


def _attributes(holder: Any) -> dict[str, Any]:
    """Those of the object itself, not of its class."""
    return cast("dict[str, Any]", vars(holder))


#: By the identity of a client: it need not be hashable, and is not kept alive.
_wrapped: dict[int, tuple[Any, Patches]] = {}


def remember(client: Any, patches: Patches) -> None:
    """Note that ``client`` is wrapped."""
    key = id(client)
    _wrapped[key] = (weakref.ref(client, lambda _: _wrapped.pop(key, None)), patches)


def patches_of(client: Any) -> Patches | None:
    """The changes of ``client``; None where it is not wrapped."""
    reference, patches = _wrapped.get(id(client), (None, None))
    return patches if reference is not None and reference() is client else None


def forget(client: Any) -> None:
    """Note that ``client`` is wrapped no longer."""
    _wrapped.pop(id(client), None)
