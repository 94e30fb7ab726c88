"""Clients of providers, wrapped: found by their class, so that none need be installed."""

import importlib
import os
import threading
from typing import Any

from truecompute._exceptions import ConfigurationError, TrueComputeError, UnsupportedClient
from truecompute._limits import Limits
from truecompute._reporter import Reporter
from truecompute.wrappers._patches import (
    AlreadyPatched,
    Patches,
    forget,
    patches_of,
    remember,
)

#: Where a client's class or a base of it comes from, and the module here that wraps it.
_WRAPPERS = {
    "openai": "stainless",
    "anthropic": "stainless",
    "groq": "stainless",
    "together": "stainless",
    "google.genai": "google",
    "mistralai": "mistral",
    "cohere": "cohere",
    "botocore": "bedrock",
}
_SUPPORTED = (
    "clients of openai, anthropic, google-genai, mistralai, cohere, groq and together, and boto3's "
    "bedrock-runtime; for anything else there is track()"
)


def wrap(client: Any, reporter: Reporter, limits: Limits | None = None) -> None:
    """Have the calls of ``client`` reported, and held to limits.

    Raises ``UnsupportedClient``, and ``ConfigurationError`` where this would lift the limits that
    another ``Client`` has set.
    """
    try:
        with _one_at_a_time.lock:
            _wrap(client, reporter, limits)
    except TrueComputeError:
        raise
    except Exception as error:
        raise UnsupportedClient(
            f"this {_name(client)} cannot be wrapped, perhaps for its release ({error}); "
            f"docs/providers.md names those that were tried; supported are {_SUPPORTED}"
        ) from error


class _OneAtATime:
    """Threads that wrap the same client at once would each find it half done."""

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """In a child after a fork: a thread of the parent's may have had it."""
        self.lock = threading.RLock()


_one_at_a_time = _OneAtATime()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_one_at_a_time.renew)


def _wrap(client: Any, reporter: Reporter, limits: Limits | None) -> None:
    patches = patches_of(client)
    if patches is None:
        patches = Patches(reporter, limits)
        try:
            _patch(client, patches)
        except AlreadyPatched as found:  # as a part of another object, or as a copy of it
            patches = found.patches
        else:
            return
    holds_on = _holds_on(patches, reporter, limits)
    _patch(client, patches)
    if not holds_on:
        # Nothing is undone in between: no call passes unseen, and none without limits.
        patches.limits, patches.reporter = limits, reporter


def _patch(client: Any, patches: Patches) -> None:
    """Put in place what does not stand there yet: everything, or nothing where that raises."""
    before = patches.count()
    try:
        importlib.import_module(f"{__name__}.{_wrapper_of(client)}").patch(client, patches)
    except BaseException:
        patches.undo(down_to=before)
        raise
    remember(client, patches)


def _holds_on(existing: Patches, reporter: Reporter, limits: Limits | None) -> bool:
    """Whether an object that is wrapped stays as it is.

    Raises ``ConfigurationError`` for a second ``wrap`` that would lift the limits of the first.
    """
    if limits is not None:
        return False
    if existing.reporter is reporter:
        return True
    if existing.limits is not None:
        raise ConfigurationError(
            "another Client holds this object to limits, which this wrap would lift; "
            "pass enforce=True, or unwrap it before"
        )
    return False


def unwrap(client: Any) -> None:
    """Undo ``wrap``, also of what it is a part of or has for parts; an object that is not wrapped
    stays as it is.
    """
    with _one_at_a_time.lock:
        patches = patches_of(client)
        if patches is not None:
            patches.undo()
            forget(client)


def _wrapper_of(client: Any) -> str:
    if not isinstance(client, type):
        for base in type(client).__mro__:
            for package, wrapper in _WRAPPERS.items():
                if base.__module__ == package or base.__module__.startswith(f"{package}."):
                    return wrapper
    raise UnsupportedClient(f"{_name(client)} is no client to wrap; supported are {_SUPPORTED}")


def _name(client: Any) -> str:
    kind = client if isinstance(client, type) else type(client)
    what = "the class " if isinstance(client, type) else ""
    return f"{what}{kind.__module__}.{kind.__qualname__}"
