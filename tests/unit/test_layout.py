"""The house has four floors and no more."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
FLOORS = {"adapters", "application", "domain", "entrypoints"}


def test_src_holds_exactly_the_four_floors() -> None:
    found = {path.name for path in (ROOT / "src").iterdir() if path.name != "__pycache__"}
    assert found == FLOORS


def test_every_folder_of_src_with_code_is_a_package() -> None:
    folders = {path.parent for path in (ROOT / "src").rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").is_file()] == []


def test_the_migrations_folder_does_not_hide_the_library_of_its_name() -> None:
    assert (ROOT / "alembic").is_dir()
    assert not (ROOT / "alembic" / "__init__.py").exists()
