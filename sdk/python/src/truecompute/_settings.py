"""What a client is told: by its arguments, or by the environment where they say nothing."""

import os
from collections.abc import Callable
from typing import NamedTuple

from truecompute._checks import check_positive, check_seconds, check_texts, checked_key
from truecompute._context import NOTHING, Attribution
from truecompute._text import clean
from truecompute._transport import Transport

DEFAULT_URL = "http://localhost:5000"


class Settings(NamedTuple):
    """Settings that can work. Times are in seconds; without ``is_enabled`` nothing is sent."""

    transport: Transport
    is_enabled: bool
    defaults: Attribution
    spool_dir: str | os.PathLike[str] | None
    flush_interval: float
    timeout: float
    max_queue_events: int
    max_queue_bytes: int
    on_drop: Callable[[int], object] | None


def read_settings(
    *,
    api_key: str | None,
    base_url: str | None,
    project: str | None,
    environment: str | None,
    spool_dir: str | os.PathLike[str] | None,
    flush_interval: float,
    timeout: float,
    max_queue_events: int,
    max_queue_bytes: int,
    on_drop: Callable[[int], object] | None,
    transport: Transport | None,
) -> Settings:
    """The settings of a client with these arguments. Raises ``ConfigurationError``."""
    check_seconds(flush_interval=flush_interval, timeout=timeout)
    check_positive(max_queue_events=max_queue_events, max_queue_bytes=max_queue_bytes)
    check_texts(api_key=api_key, base_url=base_url)
    key = checked_key(api_key or os.environ.get("TRUECOMPUTE_API_KEY") or "")
    return Settings(
        transport=transport if transport is not None else _http_transport(base_url, key),
        is_enabled=transport is not None or bool(key),
        defaults=_defaults(project, environment),
        spool_dir=spool_dir,
        flush_interval=flush_interval,
        timeout=timeout,
        max_queue_events=max_queue_events,
        max_queue_bytes=max_queue_bytes,
        on_drop=on_drop,
    )


def _http_transport(base_url: str | None, key: str) -> Transport:
    # Loading HTTP takes longer than all the rest, and an import of the SDK should not be felt.
    from truecompute._http import HttpTransport

    return HttpTransport(base_url or os.environ.get("TRUECOMPUTE_URL") or DEFAULT_URL, key)


def _defaults(project: str | None, environment: str | None) -> Attribution:
    """``NOTHING`` itself where nothing is said: each event asks for it by identity."""
    said = Attribution(
        project=clean(project or os.environ.get("TRUECOMPUTE_PROJECT")),
        environment=clean(environment or os.environ.get("TRUECOMPUTE_ENVIRONMENT")),
    )
    return NOTHING if said == NOTHING else said
