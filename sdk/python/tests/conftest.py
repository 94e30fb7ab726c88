"""A fake provider, and a client of TrueCompute that keeps what it would send."""

import os
from collections.abc import Iterator

import pytest

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # or litellm asks the internet for prices

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
