"""The names of ``litellm``'s data: which provider sells what, and in which region."""

import re
from typing import NamedTuple

from domain.providers import known_provider


class Place(NamedTuple):
    """A model's name as the provider's API has it, and the region of the price."""

    provider: str
    name: str
    region: str | None


#: Its words for what it calls apart from the provider.
_PROVIDERS = {
    "bedrock_mantle": "bedrock",
    "fireworks_ai-embedding-models": "fireworks",
    "text-completion-codestral": "mistral",
    "text-completion-openai": "openai",
}
#: What may stand before a name with a slash although it is no part of it.
_ROUTES = frozenset(
    {
        "azure", "azure_ai", "bedrock", "bedrock_mantle", "cerebras", "codestral", "cohere",
        "converse", "dashscope", "deepseek", "fireworks_ai", "gemini", "groq", "invoke",
        "minimax", "mistral", "moonshot", "ollama", "openai", "perplexity", "replicate",
        "text-completion-codestral", "together_ai", "vertex_ai", "voyage", "xai", "zai",
    }
)  # fmt: skip
_REGIONS_OF_AZURE = {
    "apac": "apac",
    "eu": "eu",
    "global": "global",
    "global-standard": "global",
    "us": "us",
    "us-gov": "us-gov",
}
_REGION_OF_AWS = re.compile(r"[a-z]{2}(-gov)?-[a-z]+-\d")
#: Prices by size, quality or steps of a picture, and by commitment: no name of a model.
_NOT_A_MODEL = re.compile(
    r"(?:^|/)(?:\d+-x-\d+|max-x-max|low|medium|high|hd|standard|\*|\d+-month-commitment)/"
)


def place_of(key: str, litellm_provider: str) -> Place | None:
    """What an entry's key means; None for a provider we have no id for, or no model's name."""
    provider = _provider(litellm_provider)
    if provider is None or _NOT_A_MODEL.search(key) or key.startswith("bedrock/claude_platform/"):
        return None
    name, region = key.strip().lower(), None
    while "/" in name:
        head, _, rest = name.partition("/")
        if head in _ROUTES:
            name = rest
        elif provider == "azure" and head in _REGIONS_OF_AZURE:
            name, region = rest, _REGIONS_OF_AZURE[head]
        elif provider == "bedrock" and _REGION_OF_AWS.fullmatch(head):
            name, region = rest, head
        else:
            break
    return Place(provider, name, region)


def _provider(word: str) -> str | None:
    if word.startswith("vertex_ai"):
        return "vertex"
    return _PROVIDERS.get(word) or known_provider(word)
