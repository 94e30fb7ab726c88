"""Where the sources of the price book disagree, as a page for people."""

from collections import Counter
from collections.abc import Iterable, Iterator

from adapters.pricing.book_records import BookRecord, RateRecord
from domain.money import plain
from tools.price_book.merge import Finding, Verdict

_HEAD = """# Where the sources of the price book disagree

Written by `make prices`; see [where prices come from](decisions/price-data.md). A name in dispute
is priced by genai-prices and marked *disputed* on every call. A pin (`tools/price_book/pins.json`)
decides which source holds, and says why. What litellm states for a seller itself (an Azure or
Vertex price) holds before another seller's price, from which genai-prices would infer it.
"""


def write(findings: Iterable[Finding], book: BookRecord) -> str:
    """The whole page, in Markdown."""
    found = sorted(findings, key=lambda f: (f.provider, f.name))
    return "\n".join([_HEAD, *_counts(found, book), *_tables(found)]) + "\n"


def _counts(findings: list[Finding], book: BookRecord) -> Iterator[str]:
    versions = ", ".join(f"{name} {record.version}" for name, record in book.sources.items())
    yield f"Book {book.book_version}: {versions}. Names that litellm lists, by provider:\n"
    yield "| provider | names | agree | the seller's own | pinned | disputed | only in litellm |"
    yield "|---|---|---|---|---|---|---|"
    for provider in sorted({finding.provider for finding in findings}):
        of_provider = [f for f in findings if f.provider == provider]
        counted = Counter(finding.verdict for finding in of_provider)
        order = (
            Verdict.AGREES, Verdict.SELLER, Verdict.PINNED, Verdict.DISPUTED, Verdict.ALONE,
        )  # fmt: skip
        cells = " | ".join(str(counted[verdict]) for verdict in order)
        yield f"| {provider} | {len(of_provider)} | {cells} |"


def _tables(findings: list[Finding]) -> Iterator[str]:
    differing = [finding for finding in findings if finding.differing]
    for provider in sorted({finding.provider for finding in differing}):
        yield f"\n## {provider}\n"
        yield "Prices are dollars for a million; above a threshold of prompt tokens after `>`.\n"
        yield "| model | class | genai-prices | litellm | holds | why |"
        yield "|---|---|---|---|---|---|"
        for finding in differing:
            if finding.provider == provider:
                yield from _rows(finding)


def _rows(finding: Finding) -> Iterator[str]:
    for name, (ours, theirs) in finding.differing.items():
        cells = (f"`{finding.name}`", name, _price(ours), _price(theirs), *_decision(finding))
        yield f"| {' | '.join(cells)} |"


def _decision(finding: Finding) -> tuple[str, str]:
    if finding.pin is not None:
        source = f" ([source]({finding.pin.url}))" if finding.pin.url else ""
        return finding.pin.holds, f"{finding.pin.reason}{source}"
    if finding.verdict is Verdict.SELLER:
        return "litellm", "the seller's own price"
    return "genai-prices", "**disputed**"


def _price(rate: RateRecord | None) -> str:
    if rate is None:
        return ""
    steps = [plain(rate.usd * 10**6 / rate.per)]
    steps += [f"{plain(usd * 10**6 / rate.per)} > {above:,}" for above, usd in rate.tiers]
    return ", ".join(steps)
