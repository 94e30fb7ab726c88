"""Clients of providers, wrapped: found by their class, so that none need be installed."""

import importlib
from typing import Any

from truecompute._exceptions import UnsupportedClient
from truecompute._limits import Limits
from truecompute._reporter import Reporter
from truecompute.wrappers._patches import Patches, forget, patches_of, remember

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
    """Have the calls of ``client`` reported, and held to limits. Raises ``UnsupportedClient``."""
    existing = patches_of(client)
    if existing is not None:
        if existing.reporter is reporter and limits is None:
            return  # a second ``wrap`` somewhere must not lift the limits of the first
        unwrap(client)
    module = importlib.import_module(f"{__name__}.{_wrapper_of(client)}")
    patches = Patches(client, reporter, limits)
    try:
        module.patch(client, patches)
    except UnsupportedClient:
        patches.undo()
        raise
    except Exception as error:
        patches.undo()
        raise UnsupportedClient(
            f"this {_name(client)} cannot be wrapped, perhaps for its release ({error}); "
            f"docs/providers.md names those that were tried; supported are {_SUPPORTED}"
        ) from error
    remember(client, patches)


def unwrap(client: Any) -> None:
    """Undo ``wrap``; an object that is not wrapped stays as it is."""
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
