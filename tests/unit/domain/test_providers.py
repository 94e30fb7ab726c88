"""Canonical provider ids."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.providers import _HOSTS, CANONICAL_PROVIDERS, canonical_provider


@pytest.mark.parametrize(
    ("sent", "canonical"),
    [
        ("OpenAI", "openai"),
        ("  anthropic ", "anthropic"),
        # OpenTelemetry
        ("aws.bedrock", "bedrock"),
        ("gcp.gemini", "google"),
        ("gcp.vertex_ai", "vertex"),
        ("x_ai", "xai"),
        ("az.ai.openai", "azure"),
        ("azure.ai.inference", "azure"),
        ("mistral_ai", "mistral"),
        ("moonshot_ai", "moonshot"),
        # genai-prices
        ("aws", "bedrock"),
        ("x-ai", "xai"),
        ("moonshotai", "moonshot"),
        ("voyageai", "voyage"),
        # LiteLLM
        ("vertex_ai", "vertex"),
        ("gemini", "google"),
        ("together_ai", "together"),
        ("fireworks_ai", "fireworks"),
        ("bedrock_converse", "bedrock"),
        ("hosted_vllm", "vllm"),
        ("dashscope", "qwen"),
        # people
        ("Azure OpenAI", "azure"),
        ("azure-openai", "azure"),
        ("Z.ai", "zai"),
        ("openai-compatible", "openai_compatible"),
    ],
)
def test_a_synonym_becomes_the_canonical_id(sent: str, canonical: str) -> None:
    assert canonical_provider(sent, None) == canonical


@pytest.mark.parametrize("provider", sorted(CANONICAL_PROVIDERS))
def test_a_canonical_id_stays_what_it_is(provider: str) -> None:
    assert canonical_provider(provider, None) == provider
    assert canonical_provider(provider.upper(), None) == provider


def test_an_unknown_provider_is_kept_as_sent_in_lower_case() -> None:
    assert canonical_provider(" Acme-AI Cloud ", None) == "acme-ai cloud"


@pytest.mark.parametrize(
    ("api_base", "provider"),
    [
        (None, "openai"),
        ("", "openai"),
        ("  ", "openai"),
        ("https://api.openai.com/v1", "openai"),
        ("https://eu.api.openai.com/v1/", "openai"),
        ("api.openai.com", "openai"),
        ("https://API.GROQ.com/openai/v1", "groq"),
        ("https://api.together.xyz/v1", "together"),
        ("https://api.fireworks.ai/inference/v1", "fireworks"),
        ("https://openrouter.ai/api/v1", "openrouter"),
        ("https://api.x.ai./v1", "xai"),
        ("https://my-team.openai.azure.com/openai/v1/", "azure"),
        ("https://generativelanguage.googleapis.com/v1beta/openai/", "google"),
        ("https://europe-west4-aiplatform.googleapis.com/v1/x", "vertex"),
        ("https://aiplatform.googleapis.com/v1/x", "vertex"),
        ("https://bedrock-runtime.eu-central-1.amazonaws.com/openai/v1", "bedrock"),
        ("https://dashscope-intl.aliyuncs.com/compatible-mode/v1", "qwen"),
        ("http://localhost:11434/v1", "ollama"),
        ("http://192.168.1.5:11434", "ollama"),
        ("http://localhost:8000/v1", "openai_compatible"),
        ("localhost:8000/v1", "openai_compatible"),
        ("http://[::1]:8000/v1", "openai_compatible"),
        ("https://llm.example.com/v1", "openai_compatible"),
        ("https://api.openai.com.example.com/v1", "openai_compatible"),
        ("https://notopenrouter.ai/api", "openai_compatible"),
        ("https://example.com/api.openai.com", "openai_compatible"),
        ("https://api.openai.com@example.com/", "openai_compatible"),
        ("http://[broken", "openai_compatible"),
        ("http://host:99999999/", "openai_compatible"),
        ("/v1", "openai_compatible"),
    ],
)
def test_where_an_openai_client_points_decides_whose_service_it_is(
    api_base: str | None, provider: str
) -> None:
    assert canonical_provider("openai", api_base) == provider


def test_only_openai_is_told_apart_by_its_base_url() -> None:
    assert canonical_provider("anthropic", "https://gateway.example.com") == "anthropic"


@given(st.text(), st.none() | st.text())
def test_no_name_and_no_base_url_breaks_it(name: str, api_base: str | None) -> None:
    provider = canonical_provider(name, api_base)
    assert provider == provider.strip().lower()


@given(st.text())
def test_openai_at_any_base_url_is_some_known_service(api_base: str) -> None:
    known = CANONICAL_PROVIDERS | set(_HOSTS.values())
    assert canonical_provider("openai", f"http://{api_base}") in known
