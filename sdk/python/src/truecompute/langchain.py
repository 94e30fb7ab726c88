"""LangChain: a callback handler that reports every call of a model, chat model or embedding.

    from truecompute.langchain import TrueComputeCallback

    chain.invoke(question, config={"callbacks": [TrueComputeCallback()]})

Only calls of models are reported, not the chains, agents and tools around them.
"""

from collections import OrderedDict
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler

from truecompute._calls import Call, Seen
from truecompute._client import Client
from truecompute._default import default_client
from truecompute._fields import field, is_object, text_field

__all__ = ["TrueComputeCallback"]

#: Calls whose end LangChain never told are forgotten beyond this many.
_MOST_OPEN = 10_000


class TrueComputeCallback(BaseCallbackHandler):
    """Reports calls to ``client``, by default the one of the environment. Raises nothing.

    One handler serves any number of chains, threads and tasks.
    """

    #: In the caller's own thread and task, where ``truecompute.context`` is known.
    run_inline = True

    def __init__(self, client: Client | None = None) -> None:
        super().__init__()
        self._reporter = (client if client is not None else default_client()).reporter
        self._open: OrderedDict[UUID, Call] = OrderedDict()

    def on_llm_start(self, serialized: Any, prompts: Any, *, run_id: UUID, **kwargs: Any) -> None:
        """A model is called."""
        self._starts(run_id, kwargs, "text_completion")

    def on_chat_model_start(
        self, serialized: Any, messages: Any, *, run_id: UUID, **kwargs: Any
    ) -> None:
        """A chat model is called."""
        self._starts(run_id, kwargs, "chat")

    def on_llm_new_token(self, token: Any, *, run_id: UUID, **kwargs: Any) -> None:
        """Its stream has begun."""
        try:
            call = self._open.get(run_id)
            if call is not None:
                call.note_first()
        except Exception:  # noqa: BLE001 - never in the way
            self._reporter.note_failure("noting a token")

    def on_llm_end(self, response: Any, *, run_id: UUID, **kwargs: Any) -> None:
        """It has answered."""
        try:
            call = self._open.pop(run_id, None)
            if call is not None:
                call.end(_read(response))
        except Exception:  # noqa: BLE001 - never in the way
            self._reporter.note_failure("reading LangChain's answer")

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        """It has failed."""
        try:
            call = self._open.pop(run_id, None)
            if call is not None:
                call.end(_read(kwargs.get("response")), error)
        except Exception:  # noqa: BLE001 - never in the way
            self._reporter.note_failure("reading LangChain's error")

    def _starts(self, run_id: UUID, kwargs: dict[str, Any], operation: str) -> None:
        try:
            told: Any = kwargs.get("metadata") or {}
            asked: Any = kwargs.get("invocation_params") or {}
            model = (
                text_field(told, "ls_model_name")
                or text_field(asked, "model")
                or text_field(asked, "model_name")
            )
            base = text_field(asked, "base_url") or text_field(asked, "openai_api_base")
            provider = text_field(told, "ls_provider") or "unknown"
            self._open[run_id] = Call(self._reporter, provider, model, operation, base)
            while len(self._open) > _MOST_OPEN:
                self._open.popitem(last=False)
        except Exception:  # noqa: BLE001 - never in the way
            self._reporter.note_failure("starting LangChain's call")


def _read(response: Any) -> Seen:
    """An ``LLMResult``: the provider's own usage where LangChain passed it on, else LangChain's."""
    seen = Seen()
    output = field(response, "llm_output")
    generations = field(response, "generations")
    first = generations[0][0] if generations and generations[0] else None
    message = field(first, "message")
    told: Any = field(message, "response_metadata") or field(first, "generation_info") or {}
    for holder in (told, output if is_object(output) else {}):
        seen.model = seen.model or text_field(holder, "model_name") or text_field(holder, "model")
        seen.request_id = seen.request_id or text_field(holder, "id")
        seen.service_tier = seen.service_tier or text_field(holder, "service_tier")
        seen.usage = seen.usage or field(holder, "token_usage") or field(holder, "usage")
    seen.usage = seen.usage or field(message, "usage_metadata")
    if seen.request_id is None:
        name = text_field(message, "id")
        # LangChain's own ids are no provider's.
        seen.request_id = None if name is None or name.startswith(("run-", "lc_run-")) else name
    return seen
