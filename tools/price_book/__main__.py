"""Writes the price book from the price data of its sources: ``python -m tools.price_book``.

A maintainer's command. It reads development dependencies, never the network, and nothing at run
time imports it. See docs/decisions/price-data.md.
"""

import sys
from importlib.metadata import distribution
from pathlib import Path

import msgspec

from adapters.pricing.book import BOOK
from adapters.pricing.book_file import BookRecord, SourceRecord, parse_book, table_of
from tools.price_book import genai

BOOK_VERSION = "2026-11-23"
#: Vertex sells Google's models and, as the source lists them under Google, Anthropic's.
_FALLBACKS = {"vertex": ("google", "anthropic")}
_MOST_BYTES = 1_500_000


def main() -> int:
    """Write the book and its licence; nothing is written unless the whole book is sound."""
    book = build()
    content = encode(book)
    table_of(parse_book(content))
    if len(content) > _MOST_BYTES:
        sys.stderr.write(f"the book has {len(content)} bytes, more than {_MOST_BYTES}\n")
        return 1
    BOOK.write_bytes(content)
    licence_file(BOOK.parent).write_text(licence(), encoding="utf-8")
    sys.stdout.write(f"{len(book.models)} models, {len(content)} bytes\n")
    return 0


def build() -> BookRecord:
    """The book of everything that the sources know."""
    source = SourceRecord(
        version=distribution(genai.SOURCE).version,
        licence="MIT",
        url="https://github.com/pydantic/genai-prices",
    )
    return BookRecord(
        format=1,
        book_version=BOOK_VERSION,
        sources={genai.SOURCE: source},
        fallbacks={**genai.fallbacks(), **_FALLBACKS},
        models=tuple(genai.models()),
    )


def encode(book: BookRecord) -> bytes:
    """JSON with one model on a line, so that a change of a price is a change of one line."""
    head = msgspec.to_builtins(book)
    del head["models"]
    lines = [f'"{key}":{_json(value)},\n' for key, value in head.items()]
    models = ",\n".join(_json(model) for model in book.models)
    return ("{\n" + "".join(lines) + f'"models":[\n{models}\n]\n}}\n').encode()


def licence() -> str:
    """The notice under which the source's data may be passed on."""
    files = distribution(genai.SOURCE).files or ()
    return next(f for f in files if "license" in f.name.lower()).read_text()


def licence_file(folder: Path) -> Path:
    return folder / f"LICENSE-{genai.SOURCE}.txt"


def _json(value: object) -> str:
    return msgspec.json.encode(value, order="deterministic").decode()


if __name__ == "__main__":
    raise SystemExit(main())
