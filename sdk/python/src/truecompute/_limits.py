"""What holds the calls of a wrapped client to limits, as wrappers know it."""

from contextlib import AbstractContextManager
from typing import Any, Protocol


class Limits(Protocol):
    """Asked before each call. Loaded only where a program has them: see ``_enforcement``."""

    #: Around ``reserve``: passes ``BudgetError`` on, or lets the call be made, as was chosen.
    faults: AbstractContextManager[object]

    def reserve(self, exchange: Any, fault: Exception | None = None) -> None:
        """Let a call be made, or raise why not; inside of ``faults`` alone.

        ``exchange`` has the ``call``, and the request as ``asked()``; where it has no call, nothing
        is billed, or reading the call failed with ``fault``.
        """
        ...

    async def reserve_awaited(self, exchange: Any, fault: Exception | None = None) -> None:
        """The same for a call that is awaited, whose loop goes on."""
        ...
