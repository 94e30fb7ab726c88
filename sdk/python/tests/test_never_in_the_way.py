"""Whatever breaks inside the SDK, the host's call gives the identical object or exception.

Every function and method of the SDK is made to raise in turn while hosts work that reach it, one
for each provider. What is left out is what a host calls itself, by its own name or by iterating,
since that is the call, and what ``NOT_REACHED`` says.
"""

import asyncio
import gc
import importlib
import inspect
import json
import pkgutil
import sys
import threading
import types
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest

import truecompute
from fakes import openai as fake
from fakes.hosts import HOSTS, told
from fakes.routes import ROUTES
from fakes.server import FakeProvider, Reply, Request
from truecompute.testing import RecordingTransport

ASKED: dict[str, Any] = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}
SOURCES = str(Path(truecompute.__file__).parent)
EXCEPTIONS = [RuntimeError, MemoryError, RecursionError]
#: Loaded here so that their functions are among those that are made to raise.
for _module in pkgutil.walk_packages(truecompute.__path__, "truecompute."):
    importlib.import_module(_module.name)

#: What the host itself calls, and what the interpreter runs as a thread.
HOSTS_OWN = {
    "Client.__init__", "Client.wrap", "Client.unwrap", "Client.track", "Client.flush",
    "Client.close", "Client.stats", "Client.context", "Client.tag", "Worker._run",
    "context.__init__", "wrap", "unwrap", "track", "flush", "close", "stats", "tag",
    "default_client", "Stats.__init__", "RecordingTransport.__init__", "TrueComputeLogger.__init__",
    "TrueComputeCallback.__init__",
}  # fmt: skip

TELLING = {"_diagnostics:say_failure", "_reporter:Reporter.note_failure"}
_ABSTRACT = "is there for others to say what it does"
_ENDS = "runs in a child after a fork, or at the end of a process: see test_processes.py"
_REFUSES = "reads a refusal, which ends in an exception of the SDK: see test_limits.py"
_LATE = "is for a server that is late or a caller that has left: see test_limits_awaited.py"
_LARGE = "reads what is large: see test_large_documents.py"
_SETS_UP = "sets up or undoes, which may raise: see test_openai.py and test_google.py"
_TELLS = "raises beside each of the others, where memory is short"
_MANY = "is for thousands of events: see test_turns.py and test_at_scale.py"
_ODD = "reads what only odd or old answers and texts have: see test_hostile_hosts.py and others"
#: By a part of their names: why no host reaches them.
NOT_REACHED = {
    "Limits.": _ABSTRACT, "Living.": _ABSTRACT, "Sink.": _ABSTRACT, "Transport.": _ABSTRACT,
    "_backlog:Backlog.": _ABSTRACT, "_queue:Pending.": _ABSTRACT,
    "_exchange:": _ABSTRACT, "Fetch._takes": _ABSTRACT,
    "begin_in_child": _ENDS, "forget": _ENDS, "hasten": _ENDS, "Reporter.end": _ENDS,
    "_deliver_last": _ENDS, "end_all": _ENDS, "_process:spend": _ENDS, "_send_here": _ENDS,
    "SpoolFolder._empty": _ENDS, "MemoryBacklog.close": _ENDS,
    "BudgetExceeded.__init__": _REFUSES, "_reservations:_": _REFUSES, "detail_of": _REFUSES,
    "_give_back": _REFUSES, "give_back": _REFUSES, "Question._polls": _LATE,
    "Question._leaves": _LATE, "Question._gives_back": _LATE, "note_wait": _LATE,
    "_documents:_": _LARGE, "Threads.__init__": "is made with its module, and in a child",
    "AlreadyPatched": _SETS_UP, "Patches.undo": _SETS_UP, "SpoolFolder._unmake": _SETS_UP,
    "_OneAtATime.": _SETS_UP,
    "_without": _SETS_UP, "_holds_on": _SETS_UP, "wrappers:_name": _SETS_UP,
    "_plain_or_name": _ODD, "_base_of": _ODD, "kind_of": _ODD, "_utf8": _ODD,
    "without_surrogates": _ODD,
    "_leave_alone": "heeds a wait that was asked for: see test_flush.py",
    "_reads_predictions": _ODD, "Wish.ends_by": _ODD, "_words": _ODD, "_one_at_a_time": _ODD,
    "_say_refused": _ODD, "_sees_any": _ODD, "mistral:_Exchange.fails": _ODD,
    "_helper_reads_anew": _ODD, "_cannot_watch": _TELLS, "pause_if_due": _MANY,
    "Reservations.__init__": _SETS_UP, "bedrock:_Calls.__init__": _SETS_UP,
    "bedrock:patch": _SETS_UP, "cohere:_streams": _SETS_UP,
    "say_failure": _TELLS, "note_failure": _TELLS,
    "Answers.__init__": "is made once for a context, perhaps before the host comes",
    "testing:accepted": "is for the tests of programs",
    "_Steps.": "is what the reader of a generator calls itself",
}  # fmt: skip


def _functions() -> Iterator[tuple[str, list[tuple[Any, str]]]]:
    """Each function that the SDK is written of, with all the places where it is bound."""
    modules = [m for name, m in sys.modules.items() if name.partition(".")[0] == "truecompute"]
    places: dict[types.FunctionType, list[tuple[Any, str]]] = {}
    for module in modules:
        for name, value in vars(module).items():
            if isinstance(value, types.FunctionType) and value.__module__.startswith("truecompute"):
                places.setdefault(value, []).append((module, name))
            elif inspect.isclass(value) and value.__module__ == module.__name__:
                for method, function in vars(value).items():
                    is_ours = isinstance(function, types.FunctionType) and SOURCES in (
                        function.__code__.co_filename
                    )
                    if is_ours and (not method.startswith("__") or method == "__init__"):
                        places.setdefault(function, []).append((value, method))
    for function, bound in places.items():
        if function.__qualname__ not in HOSTS_OWN:
            module_name = function.__module__.removeprefix("truecompute.")
            yield f"{module_name}:{function.__qualname__}", bound


FUNCTIONS = dict(_functions())


def _answer(request: httpx2.Request) -> httpx2.Response:
    body = json.loads(request.content)
    if body["model"] == "no-such-model":
        return httpx2.Response(404, json={"error": {"message": "no such model"}})
    reply: Reply = fake.chat(Request("POST", request.url.path, {}, body))
    content = reply.body if isinstance(reply.body, bytes) else b"".join(reply.body)
    return httpx2.Response(200, content=content, headers={"content-type": reply.content_type})


class Host:
    """A program that uses a wrapped client, and knows what the client itself gave."""

    def __init__(self) -> None:
        self.given: list[Any] = []
        self.tc = truecompute.Client(transport=RecordingTransport(), flush_interval=60)
        self.client = openai.OpenAI(
            api_key="k", base_url="http://x/v1", max_retries=0,
            http_client=httpx2.Client(transport=httpx2.MockTransport(_answer)),
        )  # fmt: skip
        self.awaited = openai.AsyncOpenAI(
            api_key="k", base_url="http://x/v1", max_retries=0,
            http_client=httpx2.AsyncClient(transport=httpx2.MockTransport(_answer)),
        )  # fmt: skip
        self.client.request = self._noting(self.client.request)  # type: ignore[method-assign]
        original = self.awaited.request

        async def request(*args: Any, **kwargs: Any) -> Any:
            self.given.append(await original(*args, **kwargs))
            return self.given[-1]

        self.awaited.request = request  # type: ignore[method-assign]
        self.tc.wrap(self.client)
        self.tc.wrap(self.awaited)

    def _noting(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def request(*args: Any, **kwargs: Any) -> Any:
            try:
                self.given.append(original(*args, **kwargs))
            except BaseException as error:
                self.given.append(error)
                raise
            return self.given[-1]

        return request

    def works(self) -> None:
        """Everything that a host does, each with the identical result."""
        with truecompute.context(user="u", tags={"a": "b"}):
            answer = self.client.chat.completions.create(**ASKED)
        assert answer is self.given[-1]
        assert answer.usage is not None
        stream = self.client.chat.completions.create(**ASKED, stream=True)
        assert stream is self.given[-1]
        words = [chunk.choices[0].delta.content for chunk in stream if chunk.choices]
        assert words == ["Hel", "lo", "!", None]
        for _ in self.client.chat.completions.create(**ASKED, stream=True):
            break
        raw = self.client.chat.completions.with_raw_response.create(**ASKED)
        assert raw is self.given[-1]
        assert raw.parse().usage is not None
        with self.client.chat.completions.with_streaming_response.create(**ASKED) as response:
            assert list(response.iter_lines())
        with pytest.raises(openai.NotFoundError) as raised:
            self.client.chat.completions.create(model="no-such-model", messages=[])
        given: Any = self.given[-1]
        assert raised.value is given
        self.client.with_options(timeout=3).chat.completions.create(**ASKED)
        asyncio.run(self._awaits())
        self.tc.track(provider="acme", model="m", usage={"input": 1})
        self.tc.flush(0.001)
        self.tc.stats()

    async def _awaits(self) -> None:
        answer = await self.awaited.chat.completions.create(**ASKED)
        assert answer is self.given[-1]
        stream = await self.awaited.chat.completions.create(**ASKED, stream=True)
        assert stream is self.given[-1]
        assert len([chunk async for chunk in stream if chunk.choices]) == 4


@pytest.fixture
def host() -> Iterator[Host]:
    made = Host()
    yield made
    made.tc.close()


CODES = {
    inspect.unwrap(inspect.getattr_static(*bound[0])).__code__: name
    for name, bound in FUNCTIONS.items()
}


def _reached(works: Callable[[], Any]) -> list[str]:
    """The functions that a host reaches, in its own threads, tasks and in those of the SDK."""
    called: set[str] = set()

    def notes(frame: types.FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code in CODES:
            called.add(CODES[frame.f_code])

    threading.setprofile(notes)
    sys.setprofile(notes)
    try:
        works()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    return sorted(called)


#: LiteLLM calls back in threads that live for long, and cannot be looked into.
_UNSEEN = {"litellm": [name for name in FUNCTIONS if name.startswith("litellm:")]}


def _reached_by(name: str, works: Callable[[], Any]) -> list[str]:
    return sorted({*_reached(works), *_UNSEEN.get(name, ())})


@contextmanager
def _works_of(name: str) -> Iterator[Callable[[], str]]:
    """What a host does, and gives as text."""
    with ExitStack() as stack:
        if name == "identical":
            made = Host()
            stack.callback(made.tc.close)

            def compares() -> str:
                made.works()
                return "identical"

            yield compares
            return
        fake = stack.enter_context(FakeProvider(ROUTES).running())
        transport = RecordingTransport()
        tc = stack.enter_context(truecompute.Client(transport=transport, flush_interval=60))
        works = stack.enter_context(HOSTS[name](tc, fake))

        def worked() -> str:
            fake.fails.clear()
            return told(works())

        yield worked


@contextmanager
def _breaking(name: str, kind: type[Exception]) -> Iterator[None]:
    def raises(*_: Any, **__: Any) -> Any:
        raise kind

    names = {name}
    if kind is MemoryError:  # then nothing can be told about it either
        names |= {n for n in FUNCTIONS if n in TELLING}
    with pytest.MonkeyPatch.context() as patched:
        for each in names:
            for holder, attribute in FUNCTIONS[each]:
                patched.setattr(holder, attribute, raises)
        yield


def _faults(name: str, kind: type[Exception]) -> tuple[int, dict[str, str]]:
    """How many functions a host reaches, and what it got that was not the same, by function."""
    faults: dict[str, str] = {}
    with _works_of(name) as works:
        usual = works()
        reached = _reached_by(name, works)
        for broken in reached:
            try:
                with _breaking(broken, kind):
                    got = works()
                    gc.collect()
                if got != usual:
                    faults[broken] = got
            except Exception as error:  # noqa: BLE001 - whatever came to the host
                faults[broken] = repr(error)
    return len(reached), faults


@pytest.fixture(autouse=True, scope="module")
def _little_garbage() -> Iterator[None]:
    gc.collect()
    gc.freeze()  # or each look for garbage walks through every client library
    # Streams that a fault left open are closed by looks between the calls. One in the middle of a
    # request closes them while httpcore holds the lock that closing needs, and waits for ever.
    gc.disable()
    yield
    gc.enable()
    gc.unfreeze()


@pytest.fixture(autouse=True)
def _own_garbage() -> Iterator[None]:
    """What a test leaves behind is its own to be warned of, where nothing looks by itself."""
    yield
    gc.collect()


@pytest.mark.parametrize("kind", EXCEPTIONS)
def test_a_function_that_raises_changes_no_object_and_no_exception(kind: type[Exception]) -> None:
    reached, faults = _faults("identical", kind)
    assert faults == {}
    assert reached > 80


@pytest.mark.filterwarnings("ignore")  # of the libraries', and of connections that a host drops
@pytest.mark.parametrize("name", HOSTS)
def test_a_function_that_raises_changes_nothing_for_a_host_of(name: str) -> None:
    reached, faults = _faults(name, MemoryError)
    assert faults == {}
    assert reached > 25


@pytest.mark.filterwarnings("ignore")
def test_each_function_is_reached_by_a_host_unless_there_is_a_reason() -> None:
    reached: set[str] = set()
    for name in ("identical", *HOSTS):
        with _works_of(name) as works:
            for _ in range(2):  # some are only reached at first
                reached.update(_reached_by(name, works))
    excused = {name for name in FUNCTIONS if any(part in name for part in NOT_REACHED)}
    assert sorted(set(FUNCTIONS) - reached - excused) == []


def test_an_interrupt_inside_the_sdk_passes(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupts(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr("truecompute._calls.Call.end", interrupts)
    with pytest.raises(KeyboardInterrupt):
        host.client.chat.completions.create(**ASKED)


def test_all_of_it_works_when_nothing_is_broken() -> None:
    whole = Host()
    whole.works()
    gc.collect()
    assert whole.tc.flush(5)
    assert whole.tc.stats().failures == 0
    assert whole.tc.stats().sent == 10
    whole.tc.close()
