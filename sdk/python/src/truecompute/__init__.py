"""TrueCompute: the true cost of every AI API call, with one line in your code.

    import truecompute
    from openai import OpenAI

    client = truecompute.wrap(OpenAI())        # TRUECOMPUTE_API_KEY and TRUECOMPUTE_URL are set

    with truecompute.context(project="checkout", user="u_123", tags={"feature": "summary"}):
        client.chat.completions.create(...)

Prompts and completions are never sent. Nothing here raises into the program but what sets it up,
and the limits of a client that is wrapped with ``enforce=True``:

    TrueComputeError
    ├── ConfigurationError     an argument that cannot work (also a ``ValueError``)
    ├── UnsupportedClient      ``wrap`` was given an unknown object (also a ``TypeError``)
    ├── BudgetError            a call was not made; only clients wrapped with ``enforce=True``
    │   ├── BudgetExceeded     the server refused it: a budget has no room for it
    │   └── BudgetUnavailable  the server did not say, and the program chose ``"closed"``
    └── TransportError         a transport could not get an answer; seen by transports alone
"""

from truecompute._client import Client
from truecompute._context import context, tag
from truecompute._default import close, flush, stats, track, unwrap, wrap
from truecompute._exceptions import (
    BudgetError,
    BudgetExceeded,
    BudgetUnavailable,
    ConfigurationError,
    TransportError,
    TrueComputeError,
    UnsupportedClient,
)
from truecompute._stats import Stats
from truecompute._transport import Answer, ReservingTransport, Transport
from truecompute._version import __version__

__all__ = [
    "Answer",
    "BudgetError",
    "BudgetExceeded",
    "BudgetUnavailable",
    "Client",
    "ConfigurationError",
    "ReservingTransport",
    "Stats",
    "Transport",
    "TransportError",
    "TrueComputeError",
    "UnsupportedClient",
    "__version__",
    "close",
    "context",
    "flush",
    "stats",
    "tag",
    "track",
    "unwrap",
    "wrap",
]
