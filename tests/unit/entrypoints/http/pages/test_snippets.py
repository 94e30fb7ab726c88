"""What is pasted to send calls, and that documents say the same."""

import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from entrypoints.http.pages.snippets import (
    first_event_command,
    litellm_settings,
    opentelemetry_settings,
    reachable_url,
    sdk_settings,
    ways,
)

KEY = "tc_live_" + "a" * 36
URL = "http://localhost:5000"
ROOT = Path(__file__).parents[5]
INTEGRATIONS = (ROOT / "docs" / "integrations.md").read_text()
SDK = (ROOT / "sdk" / "python" / "README.md").read_text()


@pytest.fixture
def pasted(tmp_path: Path) -> list[str]:
    """The arguments that curl gets when the command is pasted into a shell."""
    curl = tmp_path / "curl"
    curl.write_text('#!/bin/sh\nfor each in "$@"; do printf "%s\\0" "$each"; done\n')
    curl.chmod(0o755)
    command = first_event_command("http://127.0.0.1:5000", KEY)
    done = subprocess.run(
        ["sh", "-c", command],
        capture_output=True,
        check=True,
        text=True,
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
    )
    return done.stdout.split("\0")[:-1]


def test_pasting_it_sends_one_event_of_this_moment_with_the_key(pasted: list[str]) -> None:
    assert pasted[0] == "http://127.0.0.1:5000/api/v1/events"
    assert f"Authorization: Bearer {KEY}" in pasted
    event = json.loads(pasted[-1])
    age = datetime.now(UTC) - datetime.fromisoformat(event["timestamp"])
    assert timedelta(0) <= age < timedelta(minutes=1)
    assert event["provider_usage"] == {"prompt_tokens": 1200, "completion_tokens": 300}


def test_an_address_with_characters_of_the_shell_is_quoted() -> None:
    assert "curl 'http://a;b/api/v1/events'" in first_event_command("http://a;b")


def test_the_configured_address_is_shown_unless_it_is_the_default() -> None:
    visited = "http://192.168.0.7:8080/"
    assert reachable_url("https://costs.example.com", visited) == "https://costs.example.com"
    assert reachable_url("http://localhost:5000", visited) == "http://192.168.0.7:8080"


def test_every_way_names_this_server_and_has_the_key() -> None:
    assert [way.name for way in ways(URL, KEY)] == [
        "curl",
        "Python SDK",
        "OpenTelemetry",
        "LiteLLM proxy",
    ]
    for way in ways("https://costs.example.com", KEY):
        whole = "\n".join(snippet.text for snippet in way.snippets)
        assert KEY in whole
        assert "https://costs.example.com" in whole


def test_each_snippet_can_be_told_from_the_others_in_a_page() -> None:
    ids = [snippet.id for way in ways(URL, KEY) for snippet in way.snippets]
    assert len(ids) == len(set(ids))


def test_the_documents_say_the_same_as_the_pages() -> None:
    assert litellm_settings(URL, "tc_live_...") in INTEGRATIONS
    assert opentelemetry_settings(URL, "$TRUECOMPUTE_API_KEY") in INTEGRATIONS
    assert sdk_settings(URL, "tc_live_...") in SDK
    (program,) = [s.text for way in ways(URL) for s in way.snippets if s.place == "Python"]
    assert program in SDK


def test_exporters_read_the_variables_as_the_endpoint_and_one_header() -> None:
    command = f"{opentelemetry_settings(URL, KEY)}\nenv"
    done = subprocess.run(["sh", "-c", command], capture_output=True, check=True, text=True)
    variables = dict(line.split("=", 1) for line in done.stdout.splitlines() if "OTLP" in line)
    assert variables["OTEL_EXPORTER_OTLP_ENDPOINT"] == URL
    assert variables["OTEL_EXPORTER_OTLP_HEADERS"] == f"Authorization=Bearer%20{KEY}"
