"""LiteLLM: a callback that reports every call which LiteLLM makes, with whichever provider.

    import litellm
    from truecompute.litellm import TrueComputeLogger

    litellm.callbacks = [TrueComputeLogger()]

What LiteLLM itself says that a call cost is its own estimate, and is not sent.
"""

import weakref
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from litellm.integrations.custom_logger import CustomLogger

from truecompute._calls import Call, Seen, add_attribution
from truecompute._client import Client
from truecompute._context import Attribution, current
from truecompute._default import default_client
from truecompute._fields import field, is_list, is_mapping, text_field
from truecompute._tracking import tracked

__all__ = ["TrueComputeLogger"]

_OPERATIONS = {
    "completion": "chat",
    "anthropic_messages": "chat",
    "responses": "chat",
    "embedding": "embeddings",
}


#: Calls whose end LiteLLM never told are forgotten beyond this many.
_MOST_OPEN = 10_000


class _CallId(str):
    """LiteLLM's id of a call, in the place of the same text: it goes when the call's log does.

    LiteLLM tells nothing of a stream that its reader leaves, and hands out nothing else that goes
    with it.
    """

    __slots__ = ("__weakref__",)


class _Open(NamedTuple):
    """A call that has begun, and whose it is: LiteLLM tells of its end in another thread."""

    call: Call
    whose: Attribution


class TrueComputeLogger(CustomLogger):
    """Reports calls to ``client``, by default the one of the environment.

    Once it is made it raises nothing.
    """

    def __init__(self, client: Client | None = None) -> None:
        super().__init__()  # pyright: ignore[reportUnknownMemberType] - LiteLLM's **kwargs
        self._reporter = (client if client is not None else default_client()).reporter
        self._open: OrderedDict[str, _Open] = OrderedDict()

    def log_pre_api_call(self, model: Any, messages: Any, kwargs: Any) -> None:
        """A call of LiteLLM's begins, in the caller's own thread or task."""
        try:
            self._begins(kwargs)
        except Exception:  # noqa: BLE001 - never in the way
            self._reporter.note_failure("starting LiteLLM's call")

    def log_success_event(
        self, kwargs: Any, response_obj: Any, start_time: Any, end_time: Any
    ) -> None:
        """A call of LiteLLM's that succeeded."""
        self._report(kwargs, response_obj, start_time, end_time)

    def log_failure_event(
        self, kwargs: Any, response_obj: Any, start_time: Any, end_time: Any
    ) -> None:
        """A call of LiteLLM's that failed."""
        self._report(kwargs, response_obj, start_time, end_time)

    async def async_log_success_event(
        self, kwargs: Any, response_obj: Any, start_time: Any, end_time: Any
    ) -> None:
        """An awaited call that succeeded."""
        self._report(kwargs, response_obj, start_time, end_time)

    async def async_log_failure_event(
        self, kwargs: Any, response_obj: Any, start_time: Any, end_time: Any
    ) -> None:
        """An awaited call that failed."""
        self._report(kwargs, response_obj, start_time, end_time)

    def _begins(self, kwargs: Any) -> None:
        name, asked = str(kwargs["litellm_call_id"]), _mapping(kwargs.get("litellm_params"))
        provider = text_field(kwargs, "custom_llm_provider") or "openai_compatible"
        operation = _operation_of(text_field(kwargs, "call_type")) or "chat"
        base = asked.get("api_base")
        call = Call(self._reporter, provider, text_field(kwargs, "model"), operation, base)
        self._open[name] = _Open(call, current.get())
        while len(self._open) > _MOST_OPEN:
            self._open.popitem(last=False)
        if kwargs.get("stream") is True and not asked.get("no-log"):
            kwargs["litellm_call_id"] = known = _CallId(name)
            weakref.finalize(known, self._is_left, name, call)

    def _is_left(self, name: str, call: Call) -> None:
        """Nothing holds a stream any more; it was left where its end was not told."""
        try:
            begun = self._open.get(name)
            if begun is not None and begun.call is call:
                del self._open[name]
                call.end(Seen(), is_cut=True)
        except Exception:  # noqa: BLE001 - the interpreter may be half gone
            pass

    def _report(self, kwargs: Any, response: Any, start_time: Any, end_time: Any) -> None:
        try:
            begun = self._open.pop(str(kwargs.get("litellm_call_id")), None)
            log = kwargs.get("standard_logging_object")
            if is_mapping(log):
                event = _event(_filled_in(log, kwargs, response), start_time, end_time)
                whose = current.get() if begun is None else begun.whose
                add_attribution(event, whose, self._reporter.defaults)
                self._reporter.record(event)
        except Exception:  # noqa: BLE001 - never in the way
            self._reporter.note_failure("reading LiteLLM's log")


def _filled_in(log: Mapping[str, Any], kwargs: Any, response: Any) -> dict[str, Any]:
    """The log with what older releases of LiteLLM tell beside it."""
    hidden, error = _mapping(log.get("hidden_params")), kwargs.get("exception")
    beside = {
        "custom_llm_provider": kwargs.get("custom_llm_provider"),
        "error_information": {"error_class": type(error).__name__} if error is not None else None,
    }
    told = {name: value for name, value in log.items() if value is not None}
    usage = hidden.get("usage_object") or field(response, "usage")
    return {**beside, **told, "hidden_params": {**hidden, "usage_object": usage}}


def _event(log: Mapping[str, Any], start: Any, end: Any) -> dict[str, Any]:
    """LiteLLM's ``StandardLoggingPayload`` as an event."""
    metadata, hidden = _mapping(log.get("metadata")), _mapping(log.get("hidden_params"))
    usage = metadata.get("usage_object") or hidden.get("usage_object")
    is_failure = log.get("status") == "failure"
    fields = {
        "id": f"litellm:{log.get('id')}:{_milliseconds(start)}",
        "timestamp": start.astimezone() if isinstance(start, datetime) else None,
        "requested_model": log.get("model_group"),
        "operation": _operation_of(text_field(dict(log), "call_type")),
        "api_base": log.get("api_base") or None,
        "status": "error" if is_failure else "success",
        "error_code": _mapping(log.get("error_information")).get("error_class") or None,
        "provider_request_id": log.get("id"),
        "user": log.get("end_user") or None,
        "trace_id": log.get("trace_id"),
        # LiteLLM answered from its own cache: nobody bills such a call.
        "provider_cost_usd": "0" if log.get("cache_hit") is True else None,
        "tags": _tags(log.get("request_tags")),
    }
    if log.get("stream") is True:
        fields["time_to_first_token_ms"] = _between(
            log.get("startTime"), log.get("completionStartTime")
        )
    return tracked(
        str(log.get("custom_llm_provider") or "openai_compatible"),
        str(log.get("model") or "unknown"),
        None,
        # The name says whose shape it is: LiteLLM's input includes what was cached.
        {"usage_object": usage} if usage and not is_failure else None,
        _latency_ms(start, end),
        {name: value for name, value in fields.items() if value is not None},
    )


def _operation_of(call_type: str | None) -> str | None:
    name = call_type or ""
    plain = name.removeprefix("a") if name.startswith(("acomp", "aemb", "aresp")) else name
    return _OPERATIONS.get(plain, plain) or None


def _tags(stated: Any) -> dict[str, str] | None:
    """LiteLLM's tags are texts, ``name:value`` or a name alone."""
    tags: dict[str, str] = {}
    for each in stated if is_list(stated) else ():
        name, mark, value = str(each).partition(":")
        if name != "User-Agent":
            tags[name.strip()] = value.strip() if mark else "true"
    return tags or None


def _latency_ms(start: Any, end: Any) -> float | None:
    if isinstance(start, datetime) and isinstance(end, datetime):
        return max((end - start).total_seconds() * 1000, 0.0)
    return None


def _between(start: Any, first: Any) -> int | None:
    is_known = isinstance(start, (int, float)) and isinstance(first, (int, float))
    return round((first - start) * 1000) if is_known and first >= start else None


def _milliseconds(start: Any) -> int:
    return int(start.timestamp() * 1000) if isinstance(start, datetime) else 0


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if is_mapping(value) else {}
