"""`make prices`: what it writes, and when it writes nothing."""

from pathlib import Path

import msgspec
import pytest

from adapters.pricing.book import BOOK
from adapters.pricing.book_records import BookRecord
from tools.price_book import __main__ as command


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the command writes, instead of over the book."""
    monkeypatch.setattr(command, "BOOK", tmp_path / BOOK.name)
    monkeypatch.setattr(command, "DISAGREEMENTS", tmp_path / "report.md")
    return tmp_path


def test_a_sound_book_is_written_with_its_licences_and_its_report(folder: Path) -> None:
    assert command.main() == 0
    assert (folder / BOOK.name).read_bytes() == BOOK.read_bytes()
    assert len(list(folder.glob("LICENSE-*.txt"))) == 2
    assert (folder / "report.md").read_text(encoding="utf-8").startswith("#")


def test_a_book_that_lost_its_models_is_refused_and_nothing_is_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    book, findings = command.build()
    fewer: BookRecord = msgspec.structs.replace(book, models=book.models[::2])
    monkeypatch.setattr(command, "build", lambda: (fewer, findings))
    assert command.main() == 1
    assert "refused:" in capsys.readouterr().err
    assert list(folder.iterdir()) == []
