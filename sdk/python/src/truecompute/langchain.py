"""LangChain: a callback handler that reports every call of a model, chat model or embedding.

    from truecompute.langchain import TrueComputeCallback

    chain.invoke(question, config={"callbacks": [TrueComputeCallback()]})

Only calls of models are reported, not the chains, agents and tools around them.
"""

from collections import OrderedDict
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler

from truecompute import _answers
from truecompute._calls import Call, Seen
from truecompute._client import Client
from truecompute._default import default_client
from truecompute._fields import field, is_object, text_field
from truecompute._watches import Watch

__all__ = ["TrueComputeCallback"]

#: Calls whose end LangChain never told are forgotten beyond this many.
_MOST_OPEN = 10_000


class _Run:
    """What LangChain calls a run: the call, and its stream where the model's client is wrapped."""

    __slots__ = ("_answers", "call", "stream")

    def __init__(self, call: Call) -> None:
        self._answers = _answers.begin(call)
        self.call = call
        self.stream: Watch | None = None

    def notes_token(self) -> None:
        """A part of its stream is here."""
        if not self.call.has_first():
            self.call.note_first()
            self.stream = self._answers.take(self.call)

    def ends(self) -> None:
        """It is over, also for one that never streamed."""
        self._answers.leave(self.call)


class TrueComputeCallback(BaseCallbackHandler):
    """Reports calls to ``client``, by default the one of the environment.

    Once it is made it raises nothing.

    One handler serves any number of chains, threads and tasks.
    """

    #: In the caller's own thread and task, where ``truecompute.context`` is known.
    run_inline = True

    def __init__(self, client: Client | None = None) -> None:
        super().__init__()
        self._reporter = (client if client is not None else default_client()).reporter
        self._open: OrderedDict[UUID, _Run] = OrderedDict()

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
            run = self._open.get(run_id)
            if run is not None:
                run.notes_token()
        except Exception:  # noqa: BLE001 - never in the way
            self._reporter.note_failure("noting a token")

    def on_llm_end(self, response: Any, *, run_id: UUID, **kwargs: Any) -> None:
        """It has answered."""
        try:
            self._ends(run_id, response)
        except Exception:  # noqa: BLE001 - never in the way
            self._reporter.note_failure("reading LangChain's answer")

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        """It has failed."""
        try:
            self._ends(run_id, kwargs.get("response"), error)
        except Exception:  # noqa: BLE001 - never in the way
            self._reporter.note_failure("reading LangChain's error")

    def _ends(self, run_id: UUID, response: Any, error: BaseException | None = None) -> None:
        run = self._open.pop(run_id, None)
        if run is None:
            return
        run.ends()
        stream = run.stream
        if stream is not None and stream.call.is_told_to(self._reporter):
            return  # the wrapped client tells of it, however it ends
        # Another ``Client`` tells of it: in the same words, the server counts it once.
        seen = _read(response) if stream is None else stream.seen
        is_left = run.call.has_first() and error is not None and not isinstance(error, Exception)
        run.call.end(seen, None if is_left else error, is_cut=is_left)

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
            self._open[run_id] = _Run(Call(self._reporter, provider, model, operation, base))
            while len(self._open) > _MOST_OPEN:
                self._open.popitem(last=False)[1].ends()
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
