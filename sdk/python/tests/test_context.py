"""What is said around a call, in threads, tasks, functions and generators."""

import asyncio
import contextvars
import inspect
import threading
from collections.abc import AsyncGenerator, Generator

import pytest

import truecompute
from fakes.recorder import Recorder
from truecompute._context import current


def _tags() -> dict[str, str]:
    return dict(current.get().tags)


def test_inner_contexts_win_and_their_tags_are_added() -> None:
    with truecompute.context(project="a", user="u", tags={"x": 1, "y": 1}):
        with truecompute.context(project="b", tags={"y": 2}):
            inner = current.get()
        assert current.get().project == "a"
    assert (inner.project, inner.user, dict(inner.tags)) == ("b", "u", {"x": "1", "y": "2"})
    assert _tags() == {}


def test_one_context_can_be_entered_again_and_inside_itself() -> None:
    one = truecompute.context(tags={"a": 1})
    with one, one:
        assert _tags() == {"a": "1"}
    with one:
        assert _tags() == {"a": "1"}
    assert _tags() == {}


def test_a_function_keeps_its_name_and_signature_and_has_its_tags_inside() -> None:
    @truecompute.tag(feature="report")
    def nightly(day: int, *, dry: bool = False) -> dict[str, str]:
        """What it does."""
        return _tags()

    assert nightly(1) == {"feature": "report"}
    assert (nightly.__name__, nightly.__doc__) == ("nightly", "What it does.")
    assert list(inspect.signature(nightly).parameters) == ["day", "dry"]
    assert _tags() == {}


def test_a_function_that_calls_itself_has_its_tags_to_the_end() -> None:
    @truecompute.tag(depth="any")
    def countdown(n: int) -> list[dict[str, str]]:
        return [*(countdown(n - 1) if n else []), _tags()]

    assert countdown(3) == [{"depth": "any"}] * 4


def test_a_coroutine_function_stays_one() -> None:
    @truecompute.tag(feature="report")
    async def nightly() -> dict[str, str]:
        await asyncio.sleep(0)
        return _tags()

    assert inspect.iscoroutinefunction(nightly)

    async def both() -> list[dict[str, str]]:
        return [await nightly(), _tags()]

    assert asyncio.run(both()) == [{"feature": "report"}, {}]


def test_a_generator_has_its_tags_inside_and_not_between_its_steps() -> None:
    @truecompute.tag(feature="report")
    def steps() -> Generator[dict[str, str], str, None]:
        got = yield _tags()
        yield {"sent": str(got)} | _tags()

    generator = steps()
    assert next(generator) == {"feature": "report"}
    assert _tags() == {}
    assert generator.send("x") == {"sent": "x", "feature": "report"}


def test_an_async_generator_passes_what_is_sent_and_thrown() -> None:
    closed = []

    @truecompute.tag(feature="report")
    async def steps() -> AsyncGenerator[dict[str, str], str]:
        try:
            got = yield _tags()
            try:
                yield {"sent": str(got)} | _tags()
            except KeyError:
                yield {"caught": "yes"} | _tags()
        finally:
            closed.append(True)

    async def use() -> None:
        generator = steps()
        assert await anext(generator) == {"feature": "report"}
        assert _tags() == {}
        assert await generator.asend("x") == {"sent": "x", "feature": "report"}
        assert await generator.athrow(KeyError()) == {"caught": "yes", "feature": "report"}
        await generator.aclose()

    asyncio.run(use())
    assert closed == [True]


def test_tasks_have_their_own() -> None:
    async def work(name: str) -> dict[str, str]:
        with truecompute.tag(name=name):
            await asyncio.sleep(0)
            return _tags()

    async def all_of_them() -> list[dict[str, str]]:
        return await asyncio.gather(*(work(str(n)) for n in range(20)))

    assert asyncio.run(all_of_them()) == [{"name": str(n)} for n in range(20)]


def test_a_thread_starts_without_and_may_be_given_it() -> None:
    seen: list[dict[str, str]] = []
    with truecompute.tag(a=1):
        copied = contextvars.copy_context()
        plain = threading.Thread(target=lambda: seen.append(_tags()))
        given = threading.Thread(target=lambda: seen.append(copied.run(_tags)))
        for thread in (plain, given):
            thread.start()
            thread.join()
    assert seen == [{}, {"a": "1"}]


def test_tags_of_a_tracked_call_are_added_to_those_around_it(recorder: Recorder) -> None:
    with truecompute.context(user="u", tags={"a": 1, "b": 1}):
        recorder.client.track(provider="acme", model="m", tags={"b": 2}, user="v")
    assert recorder.event["tags"] == {"a": "1", "b": "2"}
    assert recorder.event["user"] == "v"


def test_an_async_with_works_too() -> None:
    async def use() -> dict[str, str]:
        async with truecompute.context(tags={"a": 1}):
            return _tags()

    assert asyncio.run(use()) == {"a": "1"}


def test_an_exception_leaves_as_it_is() -> None:
    error = KeyError("mine")

    @truecompute.tag(a=1)
    def fails() -> None:
        raise error

    with pytest.raises(KeyError) as raised:
        fails()
    assert raised.value is error
    assert _tags() == {}
