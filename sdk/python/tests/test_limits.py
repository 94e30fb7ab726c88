"""Hard limits: real clients, wrapped with ``enforce=True``, with fakes of both servers."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

import openai
import pytest

import truecompute
from fakes.server import FakeProvider, Reply, json_reply
from fakes.truecompute import FakeTrueCompute
from truecompute import BudgetExceeded, BudgetUnavailable
from truecompute.testing import Answer, RecordingTransport
from truecompute.wrappers import stainless

Chat = Callable[[], openai.OpenAI]
ASKED: dict[str, Any] = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}
PROBLEM: dict[str, Any] = {
    "code": "budget_exceeded",
    "detail": "The budget Checkout has 0.10 USD left.",
    "reason": "limit",
    "budget": {"id": "b_1", "name": "Checkout"},
    "remaining_usd": "0.10",
    "resets_at": "2026-12-01T00:00:00Z",
}


def refusal(**changed: Any) -> Reply:
    return json_reply({**PROBLEM, **changed}, status=402)


@pytest.fixture
def server() -> Iterator[FakeTrueCompute]:
    with FakeTrueCompute().running() as fake:
        yield fake


@pytest.fixture
def tc(server: FakeTrueCompute) -> Iterator[truecompute.Client]:
    with truecompute.Client(api_key="k", base_url=server.url, project="shop") as made:
        yield made


@pytest.fixture
def chat(provider: FakeProvider) -> Iterator[Chat]:
    """What makes clients of the fake provider."""
    with ExitStack() as made:
        url = f"{provider.url}/v1"
        yield lambda: made.enter_context(openai.OpenAI(api_key="k", base_url=url, max_retries=0))


def awaited(provider: FakeProvider) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(api_key="k", base_url=f"{provider.url}/v1", max_retries=0)


def events(tc: truecompute.Client, server: FakeTrueCompute) -> list[dict[str, Any]]:
    assert tc.flush(10)
    return list(server.events.values())


def test_a_call_that_a_budget_has_no_room_for_is_not_made(
    tc: truecompute.Client, server: FakeTrueCompute, provider: FakeProvider, chat: Chat
) -> None:
    server.refuses.append(refusal())
    client = tc.wrap(chat(), enforce=True)
    with pytest.raises(BudgetExceeded) as raised:
        client.chat.completions.create(**ASKED)
    error = raised.value
    assert provider.requests == []
    assert events(tc, server) == []
    assert str(error) == PROBLEM["detail"]
    assert (error.budget_id, error.budget_name, error.reason) == ("b_1", "Checkout", "limit")
    assert error.remaining_usd == Decimal("0.10")
    assert error.resets_at == datetime(2026, 12, 1, tzinfo=timezone.utc)
    assert isinstance(error, truecompute.BudgetError)


def test_a_call_that_there_is_room_for_settles_its_reservation(
    tc: truecompute.Client, server: FakeTrueCompute, provider: FakeProvider, chat: Chat
) -> None:
    client = tc.wrap(chat(), enforce=True)
    with tc.context(user="u_1", session="s_1", environment="live", tags={"feature": "a"}):
        answer = client.chat.completions.create(**ASKED, max_completion_tokens=50)
    assert answer.choices[0].message.content == "Hello!"
    assert server.wishes == [
        {
            "provider": "openai", "api_base": f"{provider.url}/v1/", "model": "gpt-4o",
            "input_tokens": 4, "max_output_tokens": 50,
            "project": "shop", "environment": "live", "user": "u_1", "tags": {"feature": "a"},
        }
    ]  # fmt: skip
    (event,) = events(tc, server)
    assert event["reservation_id"] == "rsv_1"
    assert event["project"] == "shop"
    assert tc.stats().unchecked == 0


def test_a_stream_settles_its_reservation_and_is_not_begun_without_room(
    tc: truecompute.Client, server: FakeTrueCompute, provider: FakeProvider, chat: Chat
) -> None:
    client = tc.wrap(chat(), enforce=True, max_output_tokens=70)
    assert len(list(client.chat.completions.create(**ASKED, stream=True))) == 4
    server.refuses.append(refusal())
    with pytest.raises(BudgetExceeded):
        client.chat.completions.create(**ASKED, stream=True)
    assert len(provider.requests) == 1
    assert server.wishes[0]["max_output_tokens"] == 70
    assert [event["reservation_id"] for event in events(tc, server)] == ["rsv_1"]


def test_awaited_calls_and_streams_are_held_to_limits(
    tc: truecompute.Client, server: FakeTrueCompute, provider: FakeProvider
) -> None:
    async def run() -> None:
        async with awaited(provider) as made:
            client = tc.wrap(made, enforce=True)
            await client.chat.completions.create(**ASKED)
            stream = await client.chat.completions.create(**ASKED, stream=True)
            assert len([chunk async for chunk in stream]) == 4
            server.refuses.append(refusal())
            with pytest.raises(BudgetExceeded):
                await client.chat.completions.create(**ASKED)

    asyncio.run(run())
    assert len(provider.requests) == 2
    assert [event["reservation_id"] for event in events(tc, server)] == ["rsv_1", "rsv_2"]


def test_a_loop_goes_on_while_a_reservation_is_awaited(
    tc: truecompute.Client, server: FakeTrueCompute, provider: FakeProvider
) -> None:
    server.holds = threading.Event()

    async def run() -> int:
        turns = 0
        async with awaited(provider) as made:
            client = tc.wrap(made, enforce=True, reserve_timeout=20)
            call = asyncio.create_task(client.chat.completions.create(**ASKED))
            while not server.wishes:
                await asyncio.sleep(0.01)
                turns += 1
            assert server.holds is not None
            server.holds.set()
            await call
        return turns

    assert asyncio.run(run()) > 0
    assert events(tc, server)[0]["reservation_id"] == "rsv_1"


def test_a_reservation_is_given_back_whose_call_was_called_off_meanwhile(
    tc: truecompute.Client, server: FakeTrueCompute, provider: FakeProvider
) -> None:
    server.holds = threading.Event()

    async def run() -> None:
        async with awaited(provider) as made:
            client = tc.wrap(made, enforce=True, reserve_timeout=20)
            call = asyncio.create_task(client.chat.completions.create(**ASKED))
            while not server.wishes:
                await asyncio.sleep(0.01)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            assert server.holds is not None
            server.holds.set()
            while not server.given_back:
                await asyncio.sleep(0.01)

    asyncio.run(run())
    assert server.given_back == ["/api/v1/reservations/rsv_1"]
    assert provider.requests == []
    assert events(tc, server) == []


def test_a_call_that_fails_settles_its_reservation(
    tc: truecompute.Client, server: FakeTrueCompute, provider: FakeProvider, chat: Chat
) -> None:
    provider.fails.append(json_reply({"error": {"message": "no"}}, status=400))
    client = tc.wrap(chat(), enforce=True)
    with pytest.raises(openai.BadRequestError):
        client.chat.completions.create(**ASKED)
    (event,) = events(tc, server)
    assert (event["status"], event["reservation_id"]) == ("error", "rsv_1")


ODD_ANSWERS = {
    "a failure": lambda: json_reply({"detail": "busy"}, status=503),
    "a wrong key": lambda: json_reply({"detail": "unknown"}, status=401),
    "no such path": lambda: json_reply({}, status=404),
    "a page": lambda: Reply(b"<html>", content_type="text/html", status=201),
    "an object without an id": lambda: json_reply({"id": 3}, status=201),
}


@pytest.mark.parametrize("answer", ODD_ANSWERS)
def test_a_server_that_does_not_say_lets_calls_through_or_closes_as_chosen(
    answer: str, tc: truecompute.Client, server: FakeTrueCompute, provider: FakeProvider, chat: Chat
) -> None:
    server.refuses += [ODD_ANSWERS[answer](), ODD_ANSWERS[answer]()]
    tc.wrap(chat(), enforce=True).chat.completions.create(**ASKED)
    closed = tc.wrap(chat(), enforce=True, when_unavailable="closed")
    with pytest.raises(BudgetUnavailable, match=r"the server answers|not that of a True"):
        closed.chat.completions.create(**ASKED)
    assert len(provider.requests) == 1
    (event,) = events(tc, server)
    assert "reservation_id" not in event
    assert tc.stats().unchecked == 1


def test_a_server_that_is_away_lets_calls_through_or_closes_as_chosen(
    provider: FakeProvider, chat: Chat
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    tc = truecompute.Client(api_key="k", base_url=url)
    tc.wrap(chat(), enforce=True).chat.completions.create(**ASKED)
    closed = tc.wrap(chat(), enforce=True, when_unavailable="closed")
    with pytest.raises(BudgetUnavailable, match="ConnectionRefused"):
        closed.chat.completions.create(**ASKED)
    assert len(provider.requests) == tc.stats().unchecked == 1
    tc.close(0.1)


def test_a_server_that_is_silent_is_waited_for_once(provider: FakeProvider, chat: Chat) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        tc = truecompute.Client(
            api_key="k", base_url=f"http://127.0.0.1:{silent.getsockname()[1]}", flush_interval=60
        )
        client = tc.wrap(chat(), enforce=True, reserve_timeout=0.3)
        began = time.monotonic()
        for _ in range(20):
            client.chat.completions.create(**ASKED)
        assert 0.3 <= time.monotonic() - began < 5  # and not 20 times as long
        assert tc.stats().unchecked == 20
        tc.close(0.1)


ODD_BODIES: list[Callable[[], Reply]] = [
    lambda: Reply(b"", status=402),
    lambda: Reply(b"<html>", content_type="text/html", status=402),
    lambda: json_reply([], status=402),
    lambda: json_reply({"budget": "b", "remaining_usd": {}, "detail": 3}, status=402),
    lambda: refusal(
        detail="", budget={"id": 1}, remaining_usd="NaN", resets_at="soon", reason=None
    ),
    lambda: refusal(
        detail=None, budget=None, remaining_usd=True, resets_at="2026-12-01T00:00:00", reason=[]
    ),
]


@pytest.mark.parametrize("answer", ODD_BODIES)
def test_a_refusal_with_an_odd_body_is_a_refusal(
    answer: Callable[[], Reply],
    tc: truecompute.Client,
    server: FakeTrueCompute,
    provider: FakeProvider,
    chat: Chat,
) -> None:
    server.refuses.append(answer())
    client = tc.wrap(chat(), enforce=True)
    with pytest.raises(BudgetExceeded, match="A budget has no room for this call") as raised:
        client.chat.completions.create(**ASKED)
    error = raised.value
    assert (error.budget_id, error.budget_name) == (None, None)
    assert (error.remaining_usd, error.resets_at) == (None, None)
    assert provider.requests == []


def test_a_programs_own_reservation_is_enough(
    tc: truecompute.Client, server: FakeTrueCompute, provider: FakeProvider, chat: Chat
) -> None:
    client = tc.wrap(chat(), enforce=True)
    with tc.context(reservation_id="mine"):
        client.chat.completions.create(**ASKED)
    assert server.wishes == []
    assert events(tc, server)[0]["reservation_id"] == "mine"


def test_limits_hold_for_copies_and_for_a_client_that_is_wrapped_again(
    tc: truecompute.Client, server: FakeTrueCompute, provider: FakeProvider, chat: Chat
) -> None:
    client = tc.wrap(tc.wrap(tc.wrap(chat()), enforce=True))
    server.refuses += [refusal(), refusal()]
    for each in (client, client.with_options(timeout=5)):
        with pytest.raises(BudgetExceeded):
            each.chat.completions.create(**ASKED)
    tc.unwrap(client).chat.completions.create(**ASKED)
    assert len(server.wishes) == 2


def test_no_call_passes_without_limits_while_they_are_renewed(
    tc: truecompute.Client, server: FakeTrueCompute, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    def calls_in_the_middle(client: Any, patches: Any) -> None:
        patch(client, patches)
        with pytest.raises(BudgetExceeded):
            client.chat.completions.create(**ASKED)

    client = tc.wrap(chat(), enforce=True)
    patch = stainless.patch
    monkeypatch.setattr(stainless, "patch", calls_in_the_middle)
    server.refuses += [refusal(), refusal(), refusal()]
    tc.wrap(client, enforce=True, max_output_tokens=1)
    with truecompute.Client(transport=RecordingTransport()) as other:
        other.wrap(client, enforce=True)
    assert len(server.wishes) == 2


def test_another_client_cannot_lift_limits_unseen(tc: truecompute.Client, chat: Chat) -> None:
    client = tc.wrap(chat(), enforce=True)
    transport = RecordingTransport(reserve=lambda _: Answer(402))
    with truecompute.Client(transport=transport) as other:
        with pytest.raises(truecompute.ConfigurationError, match="would lift"):
            other.wrap(client)
        other.wrap(client, enforce=True)
        with pytest.raises(BudgetExceeded):
            client.chat.completions.create(**ASKED)
        other.unwrap(client)
        other.wrap(client).chat.completions.create(**ASKED)


@pytest.mark.parametrize("key", [None, "k"])
def test_without_a_key_and_after_close_nobody_says_what_is_left(
    key: str | None, provider: FakeProvider, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TRUECOMPUTE_API_KEY", raising=False)
    tc = truecompute.Client(api_key=key)
    opened = tc.wrap(chat(), enforce=True)
    closed = tc.wrap(chat(), enforce=True, when_unavailable="closed")
    if key is not None:
        tc.close()
    opened.chat.completions.create(**ASKED)
    with pytest.raises(BudgetUnavailable, match="no API key" if key is None else "is closed"):
        closed.chat.completions.create(**ASKED)
    tc.close()
    assert len(provider.requests) == tc.stats().unchecked == 1


def test_many_threads_reserve_at_once_and_each_settles_its_own(
    tc: truecompute.Client, server: FakeTrueCompute, chat: Chat
) -> None:
    client = tc.wrap(chat(), enforce=True)
    with ThreadPoolExecutor(12) as pool:
        calls = [pool.submit(lambda: client.chat.completions.create(**ASKED)) for _ in range(60)]
    assert all(call.result().choices for call in calls)
    settled = {event["reservation_id"] for event in events(tc, server)}
    assert settled == {f"rsv_{number}" for number in range(1, 61)}


def test_a_fault_of_the_sdk_is_the_same_as_a_server_that_does_not_say(
    tc: truecompute.Client, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch, chat: Chat
) -> None:
    def raises(*_: Any) -> Any:
        raise RuntimeError

    closed = tc.wrap(chat(), enforce=True, when_unavailable="closed")
    opened = tc.wrap(chat(), enforce=True)
    for broken in (
        "_enforcement.input_tokens",
        "_enforcement.Enforcement.reserve",
        "_enforcement.Enforcement._is_subject",
        "_enforcement.Enforcement._reserve",
        "wrappers.stainless.operation_of",
    ):
        with monkeypatch.context() as patched:
            patched.setattr(f"truecompute.{broken}", raises)
            with pytest.raises(BudgetUnavailable, match="RuntimeError"):
                closed.chat.completions.create(**ASKED)
            opened.chat.completions.create(**ASKED)
    assert len(provider.requests) == tc.stats().unchecked == 5


@pytest.mark.parametrize(
    "options",
    [
        {"when_unavailable": "ajar"},
        {"max_output_tokens": 0},
        {"reserve_timeout": float("inf")},
        {"reserve_timeout": 1e10},
    ],
)
def test_options_that_cannot_work_are_refused(
    options: dict[str, Any], tc: truecompute.Client, provider: FakeProvider, chat: Chat
) -> None:
    with pytest.raises(truecompute.ConfigurationError):
        tc.wrap(chat(), enforce=True, **options)


def test_a_transport_that_cannot_reserve_is_refused(provider: FakeProvider, chat: Chat) -> None:
    class Sender:
        def send(self, events: Any, *, timeout: float) -> Answer:  # noqa: ARG002 - the port's
            return Answer(500)

    with truecompute.Client(transport=Sender()) as tc:
        with pytest.raises(truecompute.ConfigurationError, match="cannot reserve"):
            tc.wrap(chat(), enforce=True)
        tc.wrap(chat())


def test_tests_of_programs_can_refuse(provider: FakeProvider, chat: Chat) -> None:
    transport = RecordingTransport(reserve=lambda wish: Answer(402 if wish["user"] == "u" else 500))
    with truecompute.Client(transport=transport) as tc:
        client = tc.wrap(chat(), enforce=True)
        with tc.context(user="u"), pytest.raises(BudgetExceeded):
            client.chat.completions.create(**ASKED)
    assert transport.wishes[0]["model"] == "gpt-4o"
