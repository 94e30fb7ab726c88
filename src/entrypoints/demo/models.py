"""The models that the sample organization calls, as it calls them, and how they behave."""

from dataclasses import dataclass, replace

from entrypoints.demo import provider_usage as shapes
from entrypoints.demo.provider_usage import Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """``shape`` None sends canonical usage, for providers without a convention.

    ``per_second`` is what the model makes in a second: tokens, or the units of a call that has no
    tokens. ``reasoning`` is the tokens of thought for each token of an answer. ``caches``
    says whether prompts are read from a cache, ``writes_cache`` whether writing it is billed.
    """

    provider: str
    name: str
    shape: Shape | None
    first_token_ms: int
    per_second: int
    context: int = 400_000
    reasoning: float = 0.0
    caches: bool = True
    writes_cache: bool = False
    service_tier: str | None = None

    @property
    def states_prompt_first(self) -> bool:
        """Whether an interrupted stream has told its usage so far; most tell it at the end."""
        return self.provider == "anthropic"


def _openai(name: str, first_token_ms: int, per_second: int, reasoning: float) -> Model:
    return Model(
        provider="openai",
        name=name,
        shape=shapes.openai_responses,
        first_token_ms=first_token_ms,
        per_second=per_second,
        reasoning=reasoning,
        service_tier="default",
    )


def _claude(name: str, first_token_ms: int, per_second: int, reasoning: float = 0.0) -> Model:
    return Model(
        provider="anthropic",
        name=name,
        shape=shapes.anthropic,
        first_token_ms=first_token_ms,
        per_second=per_second,
        reasoning=reasoning,
        writes_cache=True,
    )


def _gemini(name: str, first_token_ms: int, per_second: int, reasoning: float) -> Model:
    return Model(
        provider="google",
        name=name,
        shape=shapes.gemini,
        first_token_ms=first_token_ms,
        per_second=per_second,
        context=1_000_000,
        reasoning=reasoning,
    )


def _simple(provider: str, name: str, shape: Shape | None, first: int, per_second: int) -> Model:
    return Model(
        provider=provider,
        name=name,
        shape=shape,
        first_token_ms=first,
        per_second=per_second,
        caches=False,
    )


GPT_5_5 = _openai("gpt-5.5", 900, 80, 0.3)
GPT_5_5_PRO_FLEX = replace(
    _openai("gpt-5.5-pro", 6_000, 48, 1.1), service_tier="flex", caches=False
)
GPT_5_6_SOL = _openai("gpt-5.6-sol", 850, 92, 0.25)
GPT_5_6_TERRA_PRIORITY = replace(_openai("gpt-5.6-terra", 320, 130, 0.1), service_tier="priority")
GPT_5_6_LUNA = replace(_openai("gpt-5.6-luna", 280, 150, 0.0), shape=shapes.openai_chat)
GPT_6_SOL = _openai("gpt-6-sol", 700, 110, 0.3)
GPT_6_ASTRA = _openai("gpt-6-astra", 1_500, 70, 0.8)
EMBEDDING_3_LARGE = _simple("openai", "text-embedding-3-large", shapes.openai_embeddings, 140, 1)
AZURE_GPT_5_4 = replace(
    _openai("gpt-5.4", 780, 74, 0.2), provider="azure", shape=shapes.openai_chat, service_tier=None
)

HAIKU_4_5 = _claude("claude-haiku-4-5-20251001", 420, 140)
HAIKU_5_5 = _claude("claude-haiku-5-5", 300, 190)
SONNET_5 = _claude("claude-sonnet-5", 900, 76, 0.1)
SONNET_5_5 = _claude("claude-sonnet-5-5", 720, 92, 0.1)
OPUS_5 = _claude("claude-opus-5", 1_350, 68, 0.08)
OPUS_5_5 = _claude("claude-opus-5-5", 1_100, 84, 0.08)
OPUS_5_BATCH = replace(OPUS_5, shape=shapes.anthropic_batch, service_tier="batch")
FABLE_5_1 = _claude("claude-fable-5-1", 1_900, 58, 0.25)
BEDROCK_SONNET_5 = replace(
    SONNET_5, provider="bedrock", name="us.anthropic.claude-sonnet-5-v1:0", shape=None
)
BEDROCK_NOVA_PRO = _simple("bedrock", "amazon.nova-pro-v1:0", None, 480, 110)

GEMINI_3_1_PRO = _gemini("gemini-3.1-pro-preview", 2_100, 105, 0.25)
GEMINI_3_8_FLASH_BATCH = replace(
    _gemini("gemini-3.8-flash", 600, 180, 0.2), service_tier="batch", caches=False
)
GEMINI_3_1_FLASH_LITE = _gemini("gemini-3.1-flash-lite", 340, 230, 0.0)

DEEPSEEK_V4_PRO = replace(
    _simple("deepseek", "deepseek-v4-pro", shapes.deepseek, 1_600, 42), caches=True, reasoning=0.7
)
DEEPSEEK_V4_FLASH = replace(
    _simple("deepseek", "deepseek-v4-flash", shapes.deepseek, 900, 80), caches=True
)
MISTRAL_LARGE_4_BATCH = replace(
    _simple("mistral", "mistral-large-4", shapes.mistral, 700, 66), service_tier="batch"
)
CODESTRAL = replace(_simple("mistral", "codestral-2508", shapes.mistral, 210, 160), caches=True)
MISTRAL_OCR = _simple("mistral", "mistral-ocr-latest", shapes.mistral_ocr, 900, 9)
GROK_4_7 = replace(_simple("xai", "grok-4.7", shapes.xai, 1_200, 78), caches=True, reasoning=0.9)
GROK_CODE_FAST = replace(
    _simple("xai", "grok-code-fast-1", shapes.xai, 380, 170), caches=True, reasoning=0.3
)
GROQ_LLAMA_3_3 = _simple("groq", "llama-3.3-70b-versatile", shapes.groq, 190, 290)
GROQ_GPT_OSS_120B = _simple("groq", "openai/gpt-oss-120b", shapes.groq, 170, 480)
GROQ_WHISPER = _simple("groq", "whisper-large-v3-turbo", None, 400, 210)
COHERE_EMBED = _simple("cohere", "embed-v4.0", None, 160, 1)
#: Rerankers are billed by search, for which the bundled price book has no price.
COHERE_RERANK = _simple("cohere", "rerank-v3.5", None, 210, 20)
VOYAGE_4_LARGE = _simple("voyage", "voyage-4-large", None, 130, 1)
OPENROUTER_KIMI_K3 = replace(
    _simple(
        "openrouter",
        "moonshotai/kimi-k3",
        shapes.openrouter(input_usd=3, cache_read_usd=0.3, output_usd=15),
        1_700,
        58,
    ),
    caches=True,
    reasoning=0.6,
)
OPENROUTER_GLM_5_3 = replace(
    _simple(
        "openrouter",
        "z-ai/glm-5.3",
        shapes.openrouter(input_usd=1.4, cache_read_usd=0.26, output_usd=4.4),
        1_100,
        72,
    ),
    caches=True,
    reasoning=0.4,
)
#: A deployment that only its owner's alias could tell from a model: it has no price yet.
OWN_DEPLOYMENT = _simple("azure", "fernhill-gpt-4o-mini", shapes.openai_chat, 60, 120)
#: The organization's own model on its own machines: nobody bills it.
OWN_INTENT_MODEL = _simple("vllm", "fernhill/intent-8b", shapes.openai_chat, 60, 120)
