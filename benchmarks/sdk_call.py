"""One instrumentation against its own control, in the environment that has it.

Run by ``benchmarks.sdk`` as a script of its own: ``python sdk_call.py NAME SINK_URL``. Calls of the
openai client over an in-process transport, wrapped and bare ones in turn; the nanoseconds of each
are printed as JSON. The control of an instrumentation that patches a class is the function that it
wrapped; that of one that makes a client of its own, or changes one, is a client left alone.
"""

import importlib
import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

CALLS, WARM_UP = 3_000, 300
MESSAGES = [{"role": "user", "content": "What does a heron eat?"}]
USAGE = {
    "prompt_tokens": 1200,
    "completion_tokens": 300,
    "total_tokens": 1500,
    "prompt_tokens_details": {"cached_tokens": 800, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 100, "audio_tokens": 0},
}
MESSAGE = {"role": "assistant", "content": "Fish, mostly.", "refusal": None}
ANSWER = {
    "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "gpt-4o-2024-08-06",
    "choices": [{"index": 0, "message": MESSAGE, "finish_reason": "stop", "logprobs": None}],
    "usage": USAGE, "service_tier": "default",
}  # fmt: skip
CHUNK = {
    "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o",
    "choices": [{"index": 0, "delta": {"content": "Fish"}, "finish_reason": None}],
}  # fmt: skip
Call = Callable[[], object]


def transport() -> Any:
    """An HTTP client of the kind that this openai uses, which answers by itself."""
    base = importlib.import_module("openai._base_client")
    http: Any = importlib.import_module("httpx2" if hasattr(base, "httpx2") else "httpx")
    whole = json.dumps(ANSWER).encode()
    streamed = b"data: " + json.dumps(CHUNK).encode() + b"\n\n"
    streamed = streamed * 5 + b"data: [DONE]\n\n"

    def answer(request: Any) -> Any:
        if b'"stream":true' in request.content:
            headers = {"content-type": "text/event-stream"}
            return http.Response(200, content=streamed, headers=headers)
        return http.Response(200, content=whole, headers={"content-type": "application/json"})

    return http.Client(transport=http.MockTransport(answer))


def client(kind: Any = None, **options: Any) -> Any:
    openai: Any = importlib.import_module("openai")
    made = kind or openai.OpenAI
    return made(api_key="k", base_url="http://x/v1", http_client=transport(), **options)


def ask(made: Any, **options: Any) -> Call:
    create = made.chat.completions.create
    return lambda: create(model="gpt-4o", messages=MESSAGES, **options)


def truecompute(sink: str, **options: Any) -> tuple[Call, Call]:
    sdk: Any = importlib.import_module("truecompute")
    reporter = sdk.Client(api_key="k", base_url=sink)
    return ask(reporter.wrap(client()), **options), ask(client(), **options)


def posthog(sink: str) -> tuple[Call, Call]:
    sdk: Any = importlib.import_module("posthog")
    wrapped: Any = importlib.import_module("posthog.ai.openai")
    reporter = sdk.Posthog("k", host=sink)
    return ask(client(wrapped.OpenAI, posthog_client=reporter)), ask(client())


def langfuse(sink: str) -> tuple[Call, Call]:
    os.environ.update(
        LANGFUSE_HOST=sink,
        LANGFUSE_BASE_URL=sink,
        LANGFUSE_PUBLIC_KEY="pk",
        LANGFUSE_SECRET_KEY="sk",  # noqa: S106 - the sink takes any
    )
    importlib.import_module("langfuse.openai")
    return _patched()


def openlit(sink: str) -> tuple[Call, Call]:
    sdk: Any = importlib.import_module("openlit")
    sdk.init(otlp_endpoint=sink, disable_metrics=True)
    return _patched()


def opentelemetry(sink: str) -> tuple[Call, Call]:
    trace: Any = importlib.import_module("opentelemetry.trace")
    sdk: Any = importlib.import_module("opentelemetry.sdk.trace")
    export: Any = importlib.import_module("opentelemetry.sdk.trace.export")
    otlp: Any = importlib.import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
    provider = sdk.TracerProvider()
    exporter = otlp.OTLPSpanExporter(endpoint=f"{sink}/v1/traces")
    provider.add_span_processor(export.BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    module: Any = importlib.import_module("opentelemetry.instrumentation.openai_v2")
    module.OpenAIInstrumentor().instrument()
    return _patched()


def _patched() -> tuple[Call, Call]:
    """The class's method as it now is, and the function below it."""
    made = client()
    resource = made.chat.completions
    bare: Any = type(resource).create.__wrapped__
    return ask(made), lambda: bare(resource, model="gpt-4o", messages=MESSAGES)


def timed(call: Call) -> int:
    began = time.perf_counter_ns()
    call()
    return time.perf_counter_ns() - began


def to_first_chunk(call: Call) -> int:
    began = time.perf_counter_ns()
    stream: Any = call()
    next(stream)
    taken = time.perf_counter_ns() - began
    for _ in stream:
        pass
    return taken


def main(name: str, sink: str) -> None:
    take = timed
    if name == "stream":
        take = to_first_chunk
        wrapped, bare = truecompute(sink, stream=True, stream_options={"include_usage": True})
    else:
        wrapped, bare = globals()[name](sink)
    times: dict[str, list[int]] = {"wrapped": [], "bare": []}
    for number in range(-WARM_UP, CALLS):
        for kind, call in (("wrapped", wrapped), ("bare", bare))[:: 1 if number % 2 else -1]:
            taken = take(call)
            if number >= 0:
                times[kind].append(taken)
    sys.stdout.write(json.dumps(times))
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
