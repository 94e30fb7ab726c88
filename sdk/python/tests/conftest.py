"""A fake provider, and a client of TrueCompute that keeps what it would send."""

from collections.abc import Iterator

import pytest

from fakes.recorder import Recorder
from fakes.routes import ROUTES
from fakes.server import FakeProvider
from truecompute._diagnostics import forget


@pytest.fixture(autouse=True)
def _says_everything_anew() -> None:
    forget()


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with FakeProvider(ROUTES).running() as fake:
        yield fake


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    made = Recorder()
    yield made
    made.client.close()
    assert made.client.stats().failures == 0
