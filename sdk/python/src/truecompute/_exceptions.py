"""Everything that the SDK raises on purpose, and only where it is set up or asked to.

    TrueComputeError
    ├── ConfigurationError     an argument that cannot work (also a ``ValueError``)
    ├── UnsupportedClient      ``wrap`` was given an unknown object (also a ``TypeError``)
    ├── BudgetError            a call was not made; only clients wrapped with ``enforce=True``
    │   ├── BudgetExceeded     the server refused it: a budget has no room for it
    │   └── BudgetUnavailable  the server did not say, and the program chose ``"closed"``
    └── TransportError         a transport could not get an answer; seen by transports alone

Other calls through a wrapped client, ``track``, ``context``, ``tag``, ``flush``, ``close`` and
``stats`` raise none of them: what goes wrong there is logged once a minute and counted in
``stats()``.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal


class TrueComputeError(Exception):
    """The base of all of them."""


class ConfigurationError(TrueComputeError, ValueError):
    """An argument, or the environment variable it stands in, cannot work; the text says which."""


class UnsupportedClient(TrueComputeError, TypeError):
    """The object is no client that can be wrapped; the text says what can."""


class TransportError(TrueComputeError):
    """No answer: the server could not be reached, or broke off. Sending again is safe."""


class BudgetError(TrueComputeError):
    """A call was not made, because it may not cost what it would."""


class BudgetExceeded(BudgetError):
    """A budget has no room for the call; the text is the server's sentence.

    ``reason`` is ``"limit"``, or ``"unpriced"`` where the budget admits no model without a price.
    ``resets_at`` is when the budget begins anew, aware. What the server did not say is None.
    """

    def __init__(
        self,
        text: str,
        *,
        budget_id: str | None = None,
        budget_name: str | None = None,
        remaining_usd: "Decimal | None" = None,
        resets_at: "datetime | None" = None,
        reason: str | None = None,
    ) -> None:
        super().__init__(text)
        self.budget_id = budget_id
        self.budget_name = budget_name
        self.remaining_usd = remaining_usd
        self.resets_at = resets_at
        self.reason = reason


class BudgetUnavailable(BudgetError):
    """Nobody could say whether a budget has room for the call; the text says why."""
