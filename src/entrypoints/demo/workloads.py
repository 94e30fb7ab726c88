"""What the sample organization does with models: its projects, and the features of each."""

from dataclasses import dataclass

from domain.usage.token_usage import Unit
from entrypoints.demo import models as m
from entrypoints.demo.models import Model
from entrypoints.demo.rhythms import CUSTOMERS, NIGHTLY, OFFICE, Rhythm

SUPPORT, DOCUMENTS, SEARCH = "support-assistant", "document-review", "search"
CODE, RESEARCH, ENRICHMENT = "code-assistant", "research", "data-enrichment"

#: The names of the keys that the organization's programs send events with.
SERVICES_KEY, BATCH_KEY = "Production services", "Batch jobs"

_AGENTS = tuple(f"agent-{number}" for number in range(1, 13))
_ANALYSTS = ("amara", "benedikt", "chiara", "dmitri", "esther")
_DEVELOPERS = ("farah", "goran", "hannah", "idris", "jun", "katya", "liam", "marta")
#: The organization's own customers, the largest first.
_CUSTOMERS = ("alderbank", "northlight", "kestrel-air", "tessera", "umbra-media", "vantage")

Weights = tuple[tuple[str, float], ...]
_LIVE: Weights = (("production", 90), ("staging", 7), ("development", 3))
_TRIALS: Weights = (("development", 70), ("staging", 30))


@dataclass(frozen=True, slots=True)
class Choice:
    """A model, and its weight among a workload's models a quarter ago and today."""

    model: Model
    before: float
    today: float

    def weight(self, progress: float) -> float:
        return max(0.0, self.before + (self.today - self.before) * progress)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """One feature of one project.

    ``calls`` is their number on an ordinary Monday. ``size`` is the median prompt in tokens, or
    the median quantity of ``unit``; ``spread`` is the sigma of its logarithm. ``output`` is the
    median answer in tokens, ``cached`` the share of a prompt that a cache holds when it hits.
    """

    project: str
    feature: str
    team: str
    operation: str
    calls: float
    choices: tuple[Choice, ...]
    size: int
    output: int = 0
    spread: float = 0.5
    cached: float = 0.0
    unit: Unit | None = None
    rhythm: Rhythm = CUSTOMERS
    key: str = SERVICES_KEY
    environments: Weights = _LIVE
    users: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()
    is_streamed: bool = False


_SUPPORT = (
    Workload(
        project=SUPPORT, feature="reply", team="support", operation="chat", calls=27,
        size=42_000, output=750, cached=0.72, users=_AGENTS, customers=_CUSTOMERS, is_streamed=True,
        choices=(
            Choice(m.SONNET_5, 9, 2), Choice(m.SONNET_5_5, 0, 8), Choice(m.BEDROCK_SONNET_5, 3, 2),
            Choice(m.AZURE_GPT_5_4, 4, 3), Choice(m.GPT_5_6_TERRA_PRIORITY, 1, 2),
        ),
    ),
    Workload(
        project=SUPPORT, feature="triage", team="support", operation="chat", calls=13,
        size=3_800, output=140, cached=0.5, customers=_CUSTOMERS,
        choices=(
            Choice(m.HAIKU_4_5, 5, 1), Choice(m.HAIKU_5_5, 0, 4), Choice(m.GPT_5_6_LUNA, 2, 3),
            Choice(m.GROQ_GPT_OSS_120B, 1, 2),
        ),
    ),
    Workload(
        project=SUPPORT, feature="intent", team="support", operation="chat", calls=1.6,
        size=900, output=12, customers=_CUSTOMERS,
        choices=(Choice(m.OWN_INTENT_MODEL, 1, 2), Choice(m.OWN_DEPLOYMENT, 1, 1)),
    ),
)  # fmt: skip

_DOCUMENTS = (
    Workload(
        project=DOCUMENTS, feature="contract-review", team="legal", operation="chat", calls=33,
        size=205_000, output=4_400, spread=0.45, cached=0.12, rhythm=OFFICE, users=_ANALYSTS,
        customers=_CUSTOMERS, is_streamed=True,
        choices=(
            Choice(m.GEMINI_3_1_PRO, 6, 5), Choice(m.GPT_5_6_SOL, 4, 4), Choice(m.OPUS_5, 4, 1),
            Choice(m.OPUS_5_5, 0, 4),
        ),
    ),
    Workload(
        project=DOCUMENTS, feature="clause-extraction", team="legal", operation="chat", calls=13,
        size=90_000, output=2_600, rhythm=NIGHTLY, key=BATCH_KEY, customers=_CUSTOMERS,
        choices=(
            Choice(m.GEMINI_3_8_FLASH_BATCH, 5, 5), Choice(m.OPUS_5_BATCH, 3, 3),
            Choice(m.MISTRAL_LARGE_4_BATCH, 2, 3),
        ),
    ),
    Workload(
        project=DOCUMENTS, feature="scan", team="legal", operation="ocr", calls=5,
        size=38, spread=0.7, unit=Unit.PAGES, rhythm=OFFICE, key=BATCH_KEY, customers=_CUSTOMERS,
        choices=(Choice(m.MISTRAL_OCR, 1, 1),),
    ),
)  # fmt: skip

_SEARCH = (
    Workload(
        project=SEARCH, feature="indexing", team="platform", operation="embeddings", calls=11,
        size=52_000, spread=0.7, rhythm=NIGHTLY, key=BATCH_KEY,
        choices=(
            Choice(m.EMBEDDING_3_LARGE, 5, 3), Choice(m.COHERE_EMBED, 2, 2),
            Choice(m.VOYAGE_4_LARGE, 1, 3),
        ),
    ),
    Workload(
        project=SEARCH, feature="rerank", team="platform", operation="rerank", calls=2.4,
        size=1, spread=0.0, unit=Unit.SEARCH_UNITS, customers=_CUSTOMERS,
        choices=(Choice(m.COHERE_RERANK, 1, 1),),
    ),
    Workload(
        project=SEARCH, feature="answer", team="platform", operation="chat", calls=8,
        size=18_000, output=620, cached=0.3, customers=_CUSTOMERS, is_streamed=True,
        choices=(Choice(m.GROK_4_7, 4, 4), Choice(m.GPT_5_6_LUNA, 3, 3)),
    ),
)  # fmt: skip

_CODE = (
    Workload(
        project=CODE, feature="agent", team="engineering", operation="chat", calls=38,
        size=140_000, output=1_700, spread=0.35, cached=0.78, rhythm=OFFICE, users=_DEVELOPERS,
        environments=(("production", 1),), is_streamed=True,
        choices=(
            Choice(m.OPUS_5, 6, 2), Choice(m.OPUS_5_5, 0, 6), Choice(m.GPT_5_5, 4, 2),
            Choice(m.GPT_6_SOL, 0, 3), Choice(m.FABLE_5_1, 1, 4), Choice(m.DEEPSEEK_V4_PRO, 2, 2),
        ),
    ),
    Workload(
        project=CODE, feature="completion", team="engineering", operation="chat", calls=8,
        size=7_000, output=220, cached=0.4, rhythm=OFFICE, users=_DEVELOPERS,
        environments=(("production", 1),),
        choices=(Choice(m.CODESTRAL, 5, 4), Choice(m.GROK_CODE_FAST, 3, 4)),
    ),
)  # fmt: skip

_RESEARCH = (
    Workload(
        project=RESEARCH, feature="deep-analysis", team="research", operation="chat", calls=19,
        size=115_000, output=4_800, spread=0.6, cached=0.25, rhythm=OFFICE, users=_ANALYSTS,
        environments=_TRIALS, is_streamed=True,
        choices=(
            Choice(m.GPT_5_5_PRO_FLEX, 2, 4), Choice(m.FABLE_5_1, 4, 5),
            Choice(m.GPT_6_ASTRA, 0, 3), Choice(m.OPENROUTER_KIMI_K3, 2, 2),
            Choice(m.OPENROUTER_GLM_5_3, 1, 2),
        ),
    ),
)  # fmt: skip

_ENRICHMENT = (
    Workload(
        project=ENRICHMENT, feature="classify", team="data", operation="chat", calls=12,
        size=6_500, output=260, rhythm=NIGHTLY, key=BATCH_KEY,
        choices=(
            Choice(m.GROQ_LLAMA_3_3, 3, 2), Choice(m.BEDROCK_NOVA_PRO, 3, 3),
            Choice(m.DEEPSEEK_V4_FLASH, 2, 4), Choice(m.GEMINI_3_1_FLASH_LITE, 2, 3),
        ),
    ),
    Workload(
        project=ENRICHMENT, feature="call-notes", team="data", operation="transcription", calls=5,
        size=1_100, spread=0.6, unit=Unit.AUDIO_SECONDS, rhythm=OFFICE, key=BATCH_KEY,
        choices=(Choice(m.GROQ_WHISPER, 1, 1),),
    ),
)  # fmt: skip

WORKLOADS = (*_SUPPORT, *_DOCUMENTS, *_SEARCH, *_CODE, *_RESEARCH, *_ENRICHMENT)

#: A customer's whole archive, read in one day and not as a batch: the spike.
BACKFILL = Workload(
    project=DOCUMENTS, feature="archive-backfill", team="legal", operation="chat", calls=150,
    size=220_000, output=3_000, spread=0.3, rhythm=OFFICE, customers=("kestrel-air",),
    environments=(("production", 1),),
    choices=(Choice(m.GEMINI_3_1_PRO, 3, 3), Choice(m.GPT_5_6_SOL, 2, 2)),
)  # fmt: skip
