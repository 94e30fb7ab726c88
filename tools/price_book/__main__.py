"""Writes the price book from the price data of its sources: ``python -m tools.price_book``.

A maintainer's command. It reads development dependencies, never the network, and nothing at run
time imports it. See docs/decisions/price-data.md.
"""

import sys
from datetime import date
from importlib.metadata import distribution
from pathlib import Path

import msgspec

from adapters.pricing.book import BOOK, load_pricing_table
from adapters.pricing.book_file import table_of
from adapters.pricing.book_records import BookRecord, SourceRecord, parse_book
from domain.pricing.book_changes import compare, refusals, summary
from tools.price_book import genai, litellm, pins
from tools.price_book.merge import Finding, Merge
from tools.price_book.report import write

#: The day on which the sources were read; what they say without a date, they say of this day.
DAY = date(2026, 11, 26)
#: Vertex sells Google's models and, as the source lists them under Google, Anthropic's.
_FALLBACKS = {"vertex": ("google", "anthropic")}
_MOST_BYTES = 4_000_000
DISAGREEMENTS = Path(__file__).parents[2] / "docs" / "price-disagreements.md"


def main() -> int:
    """Write book, licences and report; nothing is written unless the whole book is sound."""
    book, findings = build()
    content = encode(book)
    table = table_of(parse_book(content))
    changes = compare(load_pricing_table(), table, DAY)
    sys.stdout.writelines(f"{line}\n" for line in summary(changes))
    noted = {(note.provider, note.model) for note in pins.load().moves}
    refused = [refusal.detail for refusal in refusals(changes, noted)]
    if len(content) > _MOST_BYTES:
        refused.append(f"the book has {len(content)} bytes, more than {_MOST_BYTES}")
    if refused:
        sys.stderr.writelines(f"refused: {detail}\n" for detail in refused)
        return 1
    BOOK.write_bytes(content)
    for source, licence in licences().items():
        licence_file(BOOK.parent, source).write_text(licence, encoding="utf-8")
    DISAGREEMENTS.write_text(write(findings, book), encoding="utf-8")
    sys.stdout.write(f"{len(book.models)} models, {len(content)} bytes\n")
    return 0


def build() -> tuple[BookRecord, list[Finding]]:
    """The book of everything that the sources know, and where they met."""
    fallbacks = {**genai.fallbacks(), **_FALLBACKS}
    first = BookRecord(
        format=1,
        book_version=DAY.isoformat(),
        sources=_sources(),
        fallbacks=fallbacks,
        models=tuple(genai.models()),
    )
    merge = Merge(first.models, table_of(first), pins.load(), DAY)
    models = merge.join(litellm.listings())
    return msgspec.structs.replace(first, models=models), merge.findings


def encode(book: BookRecord) -> bytes:
    """JSON with one model on a line, so that a change of a price is a change of one line."""
    head = msgspec.to_builtins(book)
    del head["models"]
    lines = [f'"{key}":{_json(value)},\n' for key, value in head.items()]
    models = ",\n".join(_json(model) for model in book.models)
    return ("{\n" + "".join(lines) + f'"models":[\n{models}\n]\n}}\n').encode()


def licences() -> dict[str, str]:
    """The notices under which the sources' data may be passed on."""
    return {genai.SOURCE: genai.licence(), litellm.SOURCE: litellm.licence()}


def licence_file(folder: Path, source: str) -> Path:
    return folder / f"LICENSE-{source}.txt"


def _sources() -> dict[str, SourceRecord]:
    pages = {
        genai.SOURCE: "https://github.com/pydantic/genai-prices",
        litellm.SOURCE: "https://github.com/BerriAI/litellm",
    }
    return {
        source: SourceRecord(version=distribution(source).version, licence="MIT", url=url)
        for source, url in pages.items()
    }


def _json(value: object) -> str:
    return msgspec.json.encode(value, order="deterministic").decode()


if __name__ == "__main__":
    raise SystemExit(main())
