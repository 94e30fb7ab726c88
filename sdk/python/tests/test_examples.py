"""The examples do what they say."""

import runpy
from pathlib import Path

import pytest

import truecompute
from fakes.recorder import Recorder
from fakes.server import FakeProvider

EXAMPLES = Path(__file__).parents[1] / "examples"


def test_every_call_of_the_chat_is_of_the_project_that_a_budget_would_count(
    provider: FakeProvider, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    monkeypatch.setenv("OPENAI_BASE_URL", f"{provider.url}/v1")
    for name in ("wrap", "flush", "stats"):
        monkeypatch.setattr(truecompute, name, getattr(recorder.client, name))
    runpy.run_path(str(EXAMPLES / "openai_chat.py"), run_name="__main__")
    assert [event["project"] for event in recorder.events] == ["examples"] * 3
