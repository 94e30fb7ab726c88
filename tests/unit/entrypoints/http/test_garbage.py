"""What a request leaves behind is looked for when it is answered."""

import gc
import importlib
import weakref
from collections.abc import Iterator

import pytest

from entrypoints.http.garbage import look_after_a_request

#: More than a page leaves.
MANY = 5_000


class Knot:
    """Something that keeps itself, and is not let go of by counting."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def nothing_else_looks() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def test_what_a_request_leaves_is_gone_after_it() -> None:
    left = weakref.ref(Knot())
    knots = [Knot() for _ in range(MANY)]
    assert left() is not None
    look_after_a_request()
    assert left() is None
    assert len(knots) == MANY


def test_the_server_looks_when_it_has_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")
    monkeypatch.setattr("tempfile.mkdtemp", lambda **_: "")
    left = weakref.ref(Knot())
    knots = [Knot() for _ in range(MANY)]
    importlib.import_module("entrypoints.http.gunicorn_config").post_request(None, None, {}, None)
    assert left() is None
    assert len(knots) == MANY


def test_after_a_small_request_nothing_is_looked_for() -> None:
    left = weakref.ref(Knot())
    look_after_a_request()
    assert left() is not None


def test_what_outlived_its_request_is_found_some_requests_later() -> None:
    """As what another request still held, or a cache."""
    held = [Knot()]
    left = weakref.ref(held[0])
    for _ in range(3):
        many = [Knot() for _ in range(MANY)]
        look_after_a_request()
    held.clear()
    for _ in range(1_000):
        many = [Knot() for _ in range(600)]
        look_after_a_request()
        if left() is None:
            break
    assert left() is None, "it is never found"
    assert many
