"""The client as a program holds it: settings, counting, and how it ends."""

import gc
import logging
import threading
from datetime import datetime, timezone
from typing import Any

import openai
import pytest

import truecompute
from fakes.recorder import Recorder
from fakes.server import FakeProvider
from truecompute import Answer, TransportError, _default
from truecompute.testing import RecordingTransport


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("API_KEY", "URL", "PROJECT", "ENVIRONMENT"):
        monkeypatch.delenv(f"TRUECOMPUTE_{name}", raising=False)


def test_a_tracked_call_has_the_fields_of_the_api(recorder: Recorder) -> None:
    recorder.client.track(
        provider="acme", model="acme-1", usage={"input": 10, "output": 3}, latency_ms=120,
        id="mine", timestamp=datetime(2026, 11, 1, 12, tzinfo=timezone.utc), project="checkout",
        tags={"feature": "summary", "n": 3, "is_new": True, "none": None},
    )  # fmt: skip
    assert recorder.event == {
        "id": "mine", "timestamp": "2026-11-01T12:00:00.000+00:00", "provider": "acme",
        "model": "acme-1", "usage": {"input": 10, "output": 3}, "latency_ms": 120,
        "project": "checkout", "tags": {"feature": "summary", "n": "3", "is_new": "true"},
    }  # fmt: skip


class Hostile:
    """An object of which nothing works."""

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(name)

    def __repr__(self) -> str:
        raise RuntimeError

    def __str__(self) -> str:
        raise RuntimeError


HOSTILE: Any = Hostile()


class Endless(dict[str, Any]):
    """A mapping that contains itself."""

    def __init__(self) -> None:
        super().__init__()
        self["self"] = self


@pytest.mark.parametrize(
    "usage",
    [None, 7, "text", [], {"n": float("nan")}, {"n": float("inf")}, {1: {2: 3}}, Endless(),
     {"x" * 100_000: 1}, {"n": 10**400}, {"s": "\ud800\0"}, {"b": b"\xff"}, {"o": object()},
     {"set": {1}}, {"deep": [[[[]]]]}],
)  # fmt: skip
def test_usage_of_any_shape_makes_an_event_that_is_json(recorder: Recorder, usage: Any) -> None:
    recorder.client.track(provider="acme", model="m", provider_usage=usage)
    assert recorder.event["model"] == "m"


def test_halves_of_characters_in_a_usage_object_are_replaced_and_all_else_stays(
    recorder: Recorder,
) -> None:
    usage = {
        "\udfff": 1,
        "n": [{"s": "a\ud800"}, 0.1, None, True],
        "whole": "\U0001f600",
        "w": "\\ud8",
    }
    recorder.client.track(provider="acme", model="m", provider_usage=usage, usage=usage)
    cleaned = {"?": 1, "n": [{"s": "a?"}, 0.1, None, True], "whole": "\U0001f600", "w": "\\ud8"}
    assert recorder.event["provider_usage"] == cleaned
    assert recorder.event["usage"] == cleaned


def test_hostile_objects_cost_their_event_and_nothing_else(
    recorder: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    recorder.client.track(provider="acme", model="m", provider_usage=HOSTILE)
    recorder.client.track(provider="acme", model="m")
    assert len(recorder.events) == 1
    assert recorder.client.stats().failures == 1
    assert "failed while tracking a call; the call itself is not affected" in caplog.text
    recorder.client.reporter._failures = 0


def test_a_text_that_the_server_would_refuse_is_cut_and_told(
    recorder: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    with truecompute.context(user="u" * 300, session="a\0b\ud800", tags={"k" * 70: "v" * 300}):
        recorder.client.track(provider="acme", model="m")
    event = recorder.event
    assert event["user"] == "u" * 256
    assert event["session"] == "ab?"
    assert event["tags"] == {"k" * 64: "v" * 256}
    assert "shortened or cleaned a text" in caplog.text


def test_more_than_32_tags_are_left_out(recorder: Recorder) -> None:
    with truecompute.context(tags={f"t{n}": n for n in range(40)}):
        recorder.client.track(provider="acme", model="m")
    assert len(recorder.event["tags"]) == 32


def test_an_oversized_usage_object_is_left_out_and_the_call_is_kept(recorder: Recorder) -> None:
    recorder.client.track(provider="acme", model="m", provider_usage={"x": "y" * 70_000})
    assert recorder.event["usage_status"] == "missing"
    assert "provider_usage" not in recorder.event


def test_defaults_of_the_client_and_of_the_environment_hold_where_nothing_else_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TRUECOMPUTE_ENVIRONMENT", "staging")
    transport = RecordingTransport()
    with truecompute.Client(transport=transport, project="checkout") as client:
        client.track(provider="acme", model="m")
        with truecompute.context(project="other"):
            client.track(provider="acme", model="m")
    assert [(e["project"], e["environment"]) for e in transport.events] == [
        ("checkout", "staging"), ("other", "staging"),
    ]  # fmt: skip


def test_without_a_key_nothing_is_sent_which_is_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with truecompute.Client() as client:
        client.track(provider="acme", model="m")
        assert client.flush(1)
        assert client.stats().dropped_by == {"disabled": 1}
    assert "TrueCompute has no API key, nothing is sent" in caplog.text


@pytest.mark.parametrize(
    "url", ["localhost:5000", "ftp://x", "http://", "http://x:y", "http://[", ""]
)
def test_an_address_that_is_none_is_refused_at_once(url: str) -> None:
    if not url:
        truecompute.Client(api_key="k", base_url=url).close()  # the default
        return
    with pytest.raises(truecompute.ConfigurationError, match="base_url"):
        truecompute.Client(api_key="k", base_url=url)


@pytest.mark.parametrize("key", ["tc_live_\n\nx", "schl\u00fcssel", "tc live"])
def test_a_key_that_no_header_can_carry_is_refused_at_once(key: str) -> None:
    with pytest.raises(truecompute.ConfigurationError, match="api_key"):
        truecompute.Client(api_key=key)


@pytest.mark.parametrize("named", [{"api_key": 123}, {"api_key": b"k"}, {"base_url": 123}])
def test_a_key_or_an_address_that_is_no_text_is_refused_at_once(named: dict[str, Any]) -> None:
    with pytest.raises(truecompute.ConfigurationError, match=f"{next(iter(named))} is a text"):
        truecompute.Client(**{"api_key": "k", **named})


def test_a_transport_that_cannot_be_closed_leaves_the_client_closed() -> None:
    class Stuck(RecordingTransport):
        def close(self) -> None:
            raise OSError("cannot be closed")

    def away(_: Any) -> truecompute.Answer:
        raise truecompute.TransportError("away")

    client = truecompute.Client(transport=Stuck(away))
    client.track(provider="acme", model="m")
    client.close(0.05)
    client.track(provider="acme", model="m")
    stats = client.stats()
    assert (stats.queued, stats.dropped_by, stats.failures) == (0, {"closed": 2}, 1)


def test_counts_agree_at_every_moment() -> None:
    transport = RecordingTransport()
    with truecompute.Client(transport=transport, flush_interval=0.001) as client:
        tracked = [0]

        def produces() -> None:
            for _ in range(3_000):
                tracked[0] += 1
                client.track(provider="acme", model="m")

        thread = threading.Thread(target=produces)
        thread.start()
        before = 0
        while thread.is_alive():
            client.flush(0)
            stats = client.stats()
            assert before <= stats.produced <= tracked[0]
            assert stats.queued >= 0
            before = stats.produced
        assert client.flush(20)
        assert client.stats().sent == client.stats().produced == 3_000


def test_a_key_may_end_in_a_line_as_files_do() -> None:
    truecompute.Client(api_key="tc_live_x\n").close()


def test_an_on_drop_that_raises_stops_nothing() -> None:
    def complains(_: int) -> None:
        raise KeyError

    transport = RecordingTransport()
    client = truecompute.Client(
        transport=transport, max_queue_events=1, flush_interval=0.01, on_drop=complains
    )
    for number in range(50):
        client.track(provider="acme", model="m", id=str(number))
    assert client.flush(5)
    client.track(provider="acme", model="m", id="later")
    assert client.flush(5)
    assert "later" in {event["id"] for event in transport.events}
    client.close()


def test_the_functions_of_the_module_use_one_client_until_it_is_closed() -> None:
    truecompute.track(provider="acme", model="m")
    assert truecompute.stats().dropped_by == {"disabled": 1}
    assert truecompute.flush(1)
    truecompute.close()
    assert truecompute.stats().dropped_by == {"disabled": 1}
    assert truecompute.flush(1)
    truecompute.track(provider="acme", model="m")
    truecompute.track(provider="acme", model="m")
    assert truecompute.stats().dropped_by == {"disabled": 2}
    truecompute.close()


def test_what_the_closed_default_client_wrapped_stays_with_it_and_is_counted(
    provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    default = truecompute.Client(transport=RecordingTransport())
    monkeypatch.setattr(_default, "_client", default)
    monkeypatch.setattr(_default, "_is_closed", False)
    with openai.OpenAI(api_key="k", base_url=f"{provider.url}/v1", max_retries=0) as made:
        client = truecompute.wrap(made)
        truecompute.close()
        client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "Hi"}])
    assert truecompute.stats().dropped_by == {"closed": 1}


@pytest.mark.parametrize(
    ("variable", "value"),
    [("URL", "localhost:5000"), ("API_KEY", "tc_live x"), ("URL", "http://[")],
)
def test_tracking_in_an_environment_that_cannot_work_is_told_and_counted_and_raises_nothing(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name, clean in (("_client", None), ("_is_closed", False), ("_untold", 0)):
        monkeypatch.setattr(_default, name, clean)
    monkeypatch.setenv("TRUECOMPUTE_API_KEY", "tc_live_x")
    monkeypatch.setenv(f"TRUECOMPUTE_{variable}", value)
    for _ in range(3):
        truecompute.track(provider="acme", model="m")
    stats = truecompute.stats()
    assert (stats.produced, stats.dropped_by) == (3, {"disabled": 3})
    (line,) = caplog.messages
    assert line.startswith("TrueCompute cannot be set up, events are lost: ")
    assert truecompute.flush(1)
    truecompute.close()
    with pytest.raises(truecompute.ConfigurationError):
        truecompute.wrap(object())


@pytest.mark.parametrize(
    "limit", ["flush_interval", "timeout", "max_queue_events", "max_queue_bytes"]
)
@pytest.mark.parametrize(
    "value", [0, -1, float("nan"), float("inf"), "5", True, None, 1e300, 10**400, -(10**400)]
)
def test_a_limit_that_cannot_work_is_refused_at_once(limit: str, value: Any) -> None:
    with pytest.raises(truecompute.ConfigurationError, match=limit):
        truecompute.Client(api_key="k", **{limit: value})


@pytest.mark.parametrize("wait", ["flush_interval", "timeout"])
def test_a_wait_above_a_day_is_refused_at_once(wait: str) -> None:
    truecompute.Client(transport=RecordingTransport(), **{wait: 86_400}).close()  # type: ignore[arg-type]
    with pytest.raises(truecompute.ConfigurationError, match=wait):
        truecompute.Client(transport=RecordingTransport(), **{wait: 1e10})  # type: ignore[arg-type]


@pytest.mark.parametrize("patience", [float("inf"), 1e300])
def test_flush_and_close_may_be_given_all_the_time_there_is(patience: float) -> None:
    client = truecompute.Client(transport=RecordingTransport())
    client.track(provider="acme", model="m")
    assert client.flush(patience)
    client.track(provider="acme", model="m")
    client.close(patience)
    assert client.stats() == truecompute.Stats(sent=2)


def test_what_comes_after_close_is_counted_as_dropped() -> None:
    client = truecompute.Client(transport=RecordingTransport())
    client.track(provider="acme", model="m")
    client.close()
    client.track(provider="acme", model="m")
    client.close()
    stats = client.stats()
    assert (stats.sent, stats.dropped_by, stats.queued) == (1, {"closed": 1}, 0)


def test_what_close_cannot_deliver_is_counted_as_dropped() -> None:
    def away(_: Any) -> Answer:
        raise TransportError("away")

    client = truecompute.Client(transport=RecordingTransport(away))
    for _ in range(3):
        client.track(provider="acme", model="m")
    client.close(0.1)
    assert client.stats() == truecompute.Stats(
        dropped=3, retried=client.stats().retried, dropped_by={"closed": 3}
    )


def test_a_thousand_clients_leave_no_thread() -> None:
    before = threading.active_count()
    for _ in range(1_000):
        client = truecompute.Client(transport=RecordingTransport(), flush_interval=0.01)
        client.track(provider="acme", model="m")
        client.close()
        assert client.stats().sent == 1
    gc.collect()
    assert threading.active_count() <= before


class CallsBack(logging.Handler):
    """A log handler of a host that reports a call for each line, as one that asks a model does."""

    def __init__(self, client: truecompute.Client) -> None:
        super().__init__(logging.DEBUG)
        self._client = client
        self.lines = 0

    def emit(self, _: logging.LogRecord) -> None:
        self.lines += 1
        self._client.track(provider="acme", model="from-the-log", usage=HOSTILE)


def test_a_log_handler_that_calls_the_sdk_does_not_loop() -> None:
    transport = RecordingTransport()
    client = truecompute.Client(transport=transport)
    handler = CallsBack(client)
    logger = logging.getLogger("truecompute")
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        client.track(provider="acme", model="m", usage=HOSTILE)
        client.track(provider="acme", model="m")
        assert client.flush(5)
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)
        client.close()
    assert handler.lines == 1
    assert [event["model"] for event in transport.events] == ["m"]


def test_a_transport_that_reports_calls_itself_does_not_loop() -> None:
    class Calling(RecordingTransport):
        def send(self, events: Any, *, timeout: float) -> Answer:
            client.track(provider="acme", model="from-the-transport")
            return super().send(events, timeout=timeout)

    transport = Calling()
    client = truecompute.Client(transport=transport)
    client.track(provider="acme", model="m")
    client.close()
    assert [event["model"] for event in transport.events] == ["m"]


def test_every_event_of_many_threads_is_sent_once() -> None:
    transport = RecordingTransport()
    client = truecompute.Client(transport=transport, flush_interval=0.01)

    def work(number: int) -> None:
        for each in range(200):
            client.track(provider="acme", model="m", id=f"{number}-{each}")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert client.flush(10)
    assert len({event["id"] for event in transport.events}) == len(transport.events) == 3_200
    assert client.stats().sent == 3_200
    client.close()
