"""The command that sends a first event."""

import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from entrypoints.http.pages.snippets import first_event_command, reachable_url

KEY = "tc_live_" + "a" * 36


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
