"""Who was called: one canonical id for each provider, whatever a sender calls it."""

from functools import lru_cache
from urllib.parse import urlsplit

CANONICAL_PROVIDERS = frozenset(
    {
        "openai", "azure", "anthropic", "bedrock", "vertex", "google", "deepseek", "mistral",
        "cohere", "xai", "groq", "together", "fireworks", "perplexity", "openrouter", "cerebras",
        "moonshot", "zai", "minimax", "qwen", "ollama", "vllm", "huggingface", "replicate",
        "voyage", "openai_compatible",
    }
)  # fmt: skip

#: Other names, written with underscores: OpenTelemetry's, genai-prices', LiteLLM's and the SDKs'.
_SYNONYMS = {
    # https://opentelemetry.io/docs/specs/semconv/gen-ai/ (gen_ai.provider.name, gen_ai.system)
    "aws.bedrock": "bedrock",
    "az.ai.inference": "azure",
    "az.ai.openai": "azure",
    "azure.ai.inference": "azure",
    "azure.ai.openai": "azure",
    "gcp.gemini": "google",
    "gcp.gen_ai": "google",
    "gcp.vertex_ai": "vertex",
    "mistral_ai": "mistral",
    "moonshot_ai": "moonshot",
    "x_ai": "xai",
    # genai-prices
    "aws": "bedrock",
    "moonshotai": "moonshot",
    "voyageai": "voyage",
    # LiteLLM
    "anthropic_text": "anthropic",
    "azure_ai": "azure",
    "azure_text": "azure",
    "bedrock_converse": "bedrock",
    "bedrock_mantle": "bedrock",
    "codestral": "mistral",
    "cohere_chat": "cohere",
    "custom_openai": "openai_compatible",
    "dashscope": "qwen",
    "fireworks_ai": "fireworks",
    "gemini": "google",
    "hosted_vllm": "vllm",
    "ollama_chat": "ollama",
    "openai_like": "openai_compatible",
    "text_completion_codestral": "mistral",
    "text_completion_openai": "openai",
    "together_ai": "together",
    "vertex_ai": "vertex",
    "vertex_ai_beta": "vertex",
    # names of SDKs, products and companies
    "alibaba": "qwen",
    "amazon": "bedrock",
    "amazon_bedrock": "bedrock",
    "aws_bedrock": "bedrock",
    "azure_openai": "azure",
    "fireworks.ai": "fireworks",
    "google_ai": "google",
    "google_genai": "google",
    "google_vertex": "vertex",
    "google_vertexai": "vertex",
    "google_vertex_ai": "vertex",
    "grok": "xai",
    "hf": "huggingface",
    "hugging_face": "huggingface",
    "kimi": "moonshot",
    "mistralai": "mistral",
    "open_router": "openrouter",
    "together.ai": "together",
    "togetherai": "together",
    "vertexai": "vertex",
    "voyage_ai": "voyage",
    "x.ai": "xai",
    "z.ai": "zai",
    "z_ai": "zai",
}

#: Hosts of services that speak OpenAI's protocol or are called through its SDK. A name covers
#: its subdomains (``eu.api.openai.com``, ``my-resource.openai.azure.com``).
_HOSTS = {
    "aiplatform.googleapis.com": "vertex",
    "anthropic.com": "anthropic",
    "api-inference.huggingface.co": "huggingface",
    "api.arcee.ai": "arcee",
    "api.avian.io": "avian",
    "api.cloudflare.com": "cloudflare",
    "api.deepinfra.com": "deepinfra",
    "api.githubcopilot.com": "github-copilot",
    "api.novita.ai": "novita",
    "api.openai.com": "openai",
    "api.replicate.com": "replicate",
    "baseten.co": "baseten",
    "cerebras.ai": "cerebras",
    "cognitiveservices.azure.com": "azure",
    "cohere.ai": "cohere",
    "cohere.com": "cohere",
    "dashscope-intl.aliyuncs.com": "qwen",
    "dashscope-us.aliyuncs.com": "qwen",
    "dashscope.aliyuncs.com": "qwen",
    "deepseek.com": "deepseek",
    "endpoints.huggingface.cloud": "huggingface",
    "fireworks.ai": "fireworks",
    "generativelanguage.googleapis.com": "google",
    "groq.com": "groq",
    "minimax.chat": "minimax",
    "minimax.io": "minimax",
    "minimaxi.com": "minimax",
    "mistral.ai": "mistral",
    "models.ai.azure.com": "azure",
    "models.inference.ai.azure.com": "azure",
    "moonshot.ai": "moonshot",
    "moonshot.cn": "moonshot",
    "ollama.com": "ollama",
    "open.bigmodel.cn": "zhipuai",
    "openai.azure.com": "azure",
    "openrouter.ai": "openrouter",
    "perplexity.ai": "perplexity",
    "router.huggingface.co": "huggingface",
    "services.ai.azure.com": "azure",
    "together.ai": "together",
    "together.xyz": "together",
    "voyageai.com": "voyage",
    "x.ai": "xai",
    "z.ai": "zai",
}
_OLLAMA_PORT = 11434
_PROTOCOLS = frozenset({"openai", "anthropic"})
_NO_SERVICE = frozenset({"openai", "openai_compatible"})


@lru_cache(maxsize=4096)
def canonical_provider(name: str, api_base: str | None) -> str:
    """The canonical id of the provider that a sender calls ``name``.

    ``openai`` and ``anthropic`` are also names of protocols: with an ``api_base`` of another known
    service they become that service; ``openai`` with an unknown host becomes
    ``openai_compatible``. An unknown provider is kept as sent, trimmed and in lower case. Never
    raises, however strange ``api_base`` is.
    """
    sent = name.strip().lower()
    provider = known_provider(sent) or sent
    if provider not in _PROTOCOLS or api_base is None or not api_base.strip():
        return provider
    service = _service_at(api_base.strip())
    # A gateway that speaks Anthropic's protocol sells Anthropic's models; OpenAI's may be anyone's.
    return provider if provider == "anthropic" and service in _NO_SERVICE else service


def known_provider(name: str) -> str | None:
    """The canonical id behind ``name`` (in lower case), or None where nothing is known of it."""
    plain = name.replace("-", "_").replace(" ", "_")
    if plain in CANONICAL_PROVIDERS:
        return plain
    return _SYNONYMS.get(plain)


def _service_at(api_base: str) -> str:
    """Which service answers at a base URL that an OpenAI client was pointed to."""
    try:
        url = urlsplit(api_base if "://" in api_base else f"//{api_base}")
        host, port = url.hostname, url.port
    except ValueError:
        return "openai_compatible"
    labels = (host or "").rstrip(".").split(".")
    for start in range(len(labels)):
        if service := _HOSTS.get(".".join(labels[start:])):
            return service
    if labels[0].startswith("bedrock") and labels[-2:] == ["amazonaws", "com"]:
        return "bedrock"
    if labels[0].endswith("-aiplatform") and labels[-2:] == ["googleapis", "com"]:
        return "vertex"
    return "ollama" if port == _OLLAMA_PORT else "openai_compatible"
