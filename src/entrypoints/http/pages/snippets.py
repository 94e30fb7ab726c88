"""What is pasted to send calls: by hand, from a program, or from what already runs.

The same lines stand in ``docs/integrations.md`` and the SDK's ``README.md``; tests compare them.
"""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from entrypoints.http.texts import gettext

KEY_PLACEHOLDER = "tc_live_YOUR_KEY"

# The body is in single quotes, which end for each $(...): the shell fills in the present time.
_CURL = """curl {url} \\
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

_SDK_SHELL = """pip install ./sdk/python     # in a checkout of TrueCompute
export TRUECOMPUTE_API_KEY={key}  TRUECOMPUTE_URL={url}"""

_SDK_PYTHON = """import truecompute
from openai import OpenAI

client = truecompute.wrap(OpenAI())  # the same object, the same behaviour
client.chat.completions.create(model="gpt-5", messages=[{"role": "user", "content": "Hi"}])"""

# Exporters add /v1/traces to the endpoint, and read %20 as the space that a header needs.
_OPENTELEMETRY = """export OTEL_EXPORTER_OTLP_ENDPOINT={url}
export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf
export OTEL_EXPORTER_OTLP_HEADERS="Authorization=Bearer%20{key}\""""

_LITELLM = """litellm_settings:
  callbacks: ["truecompute"]
callback_settings:
  truecompute:
    callback_type: generic_api
    endpoint: {url}
    headers: {{Authorization: "Bearer {key}"}}"""


@dataclass(frozen=True, slots=True)
class Snippet:
    """``place`` is what the text is pasted into; ``id`` is unique in a page."""

    id: str
    place: str
    text: str


@dataclass(frozen=True, slots=True)
class Way:
    """One way to send calls, and a sentence on whom it suits."""

    name: str
    suits: str
    snippets: Sequence[Snippet]


def ways(base_url: str, key: str = KEY_PLACEHOLDER) -> list[Way]:
    """All of them, the quickest first."""
    return [
        Way(
            "curl",
            gettext(
                "One call with the usage that the provider answered; the cost is computed here."
            ),
            [Snippet("command", gettext("Shell"), first_event_command(base_url, key))],
        ),
        Way(
            "Python SDK",
            gettext("Wraps the providers' clients: every call is reported, none waits for it."),
            [
                Snippet("sdk-settings", gettext("Shell"), sdk_settings(base_url, key)),
                Snippet("sdk-program", "Python", _SDK_PYTHON),
            ],
        ),
        Way(
            "OpenTelemetry",
            gettext(
                "Whatever exports traces of GenAI calls over OTLP/HTTP; they come in at /v1/traces."
            ),
            [Snippet("opentelemetry", gettext("Shell"), opentelemetry_settings(base_url, key))],
        ),
        Way(
            gettext("LiteLLM proxy"),
            gettext("The proxy's generic_api callback reports each call that goes through it."),
            [Snippet("litellm", "config.yaml", litellm_settings(base_url, key))],
        ),
    ]


def first_event_command(base_url: str, key: str = KEY_PLACEHOLDER) -> str:
    """curl with one event in the time of pasting; works in sh, bash and zsh."""
    return _CURL.format(url=shlex.quote(f"{base_url}/api/v1/events"), key=key)


def sdk_settings(base_url: str, key: str) -> str:
    return _SDK_SHELL.format(url=shlex.quote(base_url), key=key)


def opentelemetry_settings(base_url: str, key: str) -> str:
    """The variables that OpenTelemetry's exporters read, by its specification of OTLP exporters."""
    return _OPENTELEMETRY.format(url=shlex.quote(base_url), key=key)


def litellm_settings(base_url: str, key: str) -> str:
    return _LITELLM.format(url=f"{base_url}/api/v1/ingest/litellm", key=key)


def reachable_url(app_url: str, host_url: str) -> str:
    """Where the reader's shell reaches this server.

    The configured address; but ``localhost`` is its default and says nothing about how this
    browser came here (through a mapped port, say), so then it is the address that was visited.
    """
    is_default = urlsplit(app_url).hostname == "localhost"
    return (host_url if is_default else app_url).rstrip("/")
