"""Logs: one JSON object a line, or readable lines on a terminal; never a secret."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

#: Names under which a secret could be logged by mistake.
_SECRETS = frozenset(
    {"password", "new_password", "secret", "token", "authorization", "cookie", "invitation"}
)


def configure(level: str) -> None:
    """Set up structlog for this process; the standard library's loggers go the same way."""
    is_terminal = sys.stderr.isatty()
    renderer: Any = (
        structlog.dev.ConsoleRenderer() if is_terminal else structlog.processors.JSONRenderer()
    )
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            renderer,
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def _redact(
    logger: object,  # noqa: ARG001 - the signature of a structlog processor
    method: str,  # noqa: ARG001 - likewise
    event: MutableMapping[str, Any],
) -> MutableMapping[str, Any]:
    for name in _SECRETS & event.keys():
        event[name] = "[redacted]"
    return event
