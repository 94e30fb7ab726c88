"""The examples run, and what the documents name is there."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import truecompute
from fakes.server import FakeProvider
from fakes.truecompute import FakeTrueCompute

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("example", "calls"), [("openai_chat", 3), ("anthropic_messages", 2), ("hard_limits", 2)]
)
def test_an_example_runs_and_its_calls_arrive(
    example: str, calls: int, provider: FakeProvider
) -> None:
    with FakeTrueCompute().running() as server:
        done = subprocess.run(
            [sys.executable, str(ROOT / "examples" / f"{example}.py")],
            env=os.environ
            | {
                "PYTHONPATH": str(ROOT / "src"),
                "OPENAI_API_KEY": "k",
                "OPENAI_BASE_URL": f"{provider.url}/v1",
                "ANTHROPIC_API_KEY": "k",
                "ANTHROPIC_BASE_URL": provider.url,
                "TRUECOMPUTE_API_KEY": "tc_live_x",
                "TRUECOMPUTE_URL": server.url,
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.returncode == 0, done.stderr
    assert f"Stats(sent={calls}, queued=0, dropped=0" in done.stdout
    assert len(server.events) == calls
    assert {event["project"] for event in server.events.values() if "project" in event} == {
        "examples"
    }


def test_every_reason_for_a_loss_is_explained() -> None:
    from truecompute import _stats

    reasons = {
        value for name, value in vars(_stats).items() if name.isupper() and isinstance(value, str)
    }
    page = (ROOT / "docs/failures.md").read_text()
    table = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))
    assert table == reasons
    assert all(f"``{reason}``" in str(_stats.Stats.__doc__) for reason in reasons)


def test_every_wrapper_has_its_part_of_the_page() -> None:
    from truecompute.wrappers import _WRAPPERS

    page = (ROOT / "docs/providers.md").read_text()
    headings = ", ".join(re.findall(r"^## (.+)$", page, re.MULTILINE))
    names = {"botocore": "boto3", "google.genai": "google-genai"}
    assert all(names.get(package, package) in headings for package in _WRAPPERS)


def test_every_public_name_is_documented() -> None:
    public = [getattr(truecompute, name) for name in truecompute.__all__ if name != "__version__"]
    assert all(each.__doc__ for each in public)
    methods = [
        value
        for each in public
        if isinstance(each, type)
        for name, value in vars(each).items()
        if callable(value) and not name.startswith("_")
    ]
    assert all(method.__doc__ for method in methods)


def test_the_wheel_holds_the_sdk_alone_and_says_that_it_is_typed(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("truecompute-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (metadata,) = [name for name in names if name.endswith("METADATA")]
        described = archive.read(metadata).decode()
    assert "truecompute/py.typed" in names
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"truecompute"}
    assert "Requires-Dist" not in described
    assert f"Version: {truecompute.__version__}" in described
