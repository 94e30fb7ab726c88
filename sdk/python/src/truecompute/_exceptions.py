"""Everything that the SDK raises on purpose, and only where it is set up.

    TrueComputeError
    ├── ConfigurationError   an argument of ``Client`` that cannot work (also a ``ValueError``)
    ├── UnsupportedClient    ``wrap`` was given an object of an unknown kind (also a ``TypeError``)
    └── TransportError       a transport could not get an answer; seen by transports alone

Calls through a wrapped client, ``track``, ``context``, ``tag``, ``flush``, ``close`` and ``stats``
raise none of them: what goes wrong there is logged once a minute and counted in ``stats()``.
"""


class TrueComputeError(Exception):
    """The base of all of them."""


class ConfigurationError(TrueComputeError, ValueError):
    """An argument, or the environment variable it stands in, cannot work; the text says which."""


class UnsupportedClient(TrueComputeError, TypeError):
    """The object is no client that can be wrapped; the text says what can."""


class TransportError(TrueComputeError):
    """No answer: the server could not be reached, or broke off. Sending again is safe."""
