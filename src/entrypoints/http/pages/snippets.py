"""A command that sends a first event, to be pasted into a shell."""

import shlex
from urllib.parse import urlsplit

KEY_PLACEHOLDER = "tc_live_YOUR_KEY"

# The body is in single quotes, which end for each $(...): the shell fills in the present time.
_COMMAND = """curl {url} \\
  -H 'Authorization: Bearer {key}' \\
  -H 'Content-Type: application/json' \\
  -d '{{
    "id": "first-call-'$(date +%s)'",
    "timestamp": "'$(date -u +%Y-%m-%dT%H:%M:%SZ)'",
    "provider": "openai",
    "model": "gpt-4o-mini",
    "provider_usage": {{"prompt_tokens": 1200, "completion_tokens": 300}},
    "latency_ms": 840
  }}'"""


def first_event_command(base_url: str, key: str = KEY_PLACEHOLDER) -> str:
    """curl with one event in the time of pasting; works in sh, bash and zsh."""
    return _COMMAND.format(url=shlex.quote(f"{base_url}/api/v1/events"), key=key)


def reachable_url(app_url: str, host_url: str) -> str:
    """Where the reader's shell reaches this server.

    The configured address; but ``localhost`` is its default and says nothing about how this
    browser came here (through a mapped port, say), so then it is the address that was visited.
    """
    is_default = urlsplit(app_url).hostname == "localhost"
    return (host_url if is_default else app_url).rstrip("/")
