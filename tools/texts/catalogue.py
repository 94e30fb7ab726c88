"""``messages.pot``: every text once, in the order of the alphabet, with the files it stands in."""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from tools.texts.python_texts import Text, texts_of

ROOT = Path(__file__).parents[2]
_HTTP = Path("src/entrypoints/http")
#: What speaks to people, or raises what a page shows; the API speaks to programs.
_CODE = (
    Path("src/domain"), Path("src/application"), Path("src/adapters/sql/constraints.py"),
    Path("src/adapters/notification"),
    _HTTP / "pages", _HTTP / "authentication.py", _HTTP / "cookies.py", _HTTP / "cross_site.py",
    _HTTP / "errors.py", _HTTP / "reference.py",
)  # fmt: skip
_TEMPLATES = _HTTP / "templates"
_WIDTH = 100
#: Catalogues have to state one; the same each time, so that nothing changes by itself.
_NO_DATE = datetime(1970, 1, 1, tzinfo=UTC)
_HEADER = """\
# What the pages of TrueCompute say, in English. `make texts` writes this file.
# docs/translating.md says how a translation is made of it."""


_BEGUN = "# What the pages of TrueCompute say, translated."
#: What differs between days and versions of Babel, and would change the file for nothing.
_UNSTEADY = (
    b'"POT-Creation-Date:', b'"PO-Revision-Date:', b'"Last-Translator:', b'"Language-Team:',
    b'"Generated-By:', b'"Report-Msgid-Bugs-To:',
)  # fmt: skip


def template() -> Catalog:
    """The texts as they stand now."""
    catalogue = Catalog(project="TrueCompute", version="pages", header_comment=_HEADER, fuzzy=False)
    for file, text in _found():
        # One text may have a plural in one place and none in another: the plural has both forms.
        id_ = (text.one, text.several) if text.several else text.one
        catalogue.add(id_, locations=[(file.as_posix(), 0)])
    return catalogue


def translation(po: bytes | None, language: str) -> Catalog:
    """A translation with the texts as they stand now; None begins one."""
    begun = Catalog(language, project="TrueCompute", version="pages", header_comment=_BEGUN)
    catalogue = begun if po is None else read_po(BytesIO(po), locale=language)
    # What is guessed from a similar text would be shown as if it were right.
    catalogue.update(template(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.fuzzy = False
    catalogue.creation_date = catalogue.revision_date = _NO_DATE
    return catalogue


def compiled(catalogue: Catalog) -> bytes:
    """What is read at run time."""
    stream = BytesIO()
    write_mo(stream, catalogue)
    return stream.getvalue()


def written(catalogue: Catalog) -> bytes:
    """A catalogue as a file that can be reviewed: lines have no numbers, for those move."""
    stream = BytesIO()
    write_po(stream, catalogue, width=_WIDTH, sort_output=True, include_lineno=False)
    lines = stream.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(_UNSTEADY))


def _found() -> Iterator[tuple[Path, Text]]:
    for folder in _CODE:
        for path in _files(ROOT / folder, "*.py"):
            for text in texts_of(path.read_text("utf-8")):
                yield path.relative_to(ROOT), text
    for path in _files(ROOT / _TEMPLATES, "*.*"):
        for text in template_texts(path):
            yield path.relative_to(ROOT), text


def template_texts(path: Path) -> Iterator[Text]:
    """What a template asks to be translated."""
    keywords = ("_", "gettext", "ngettext")
    with path.open("rb") as stream:
        for line, _, message, _ in babel_extract(stream, keywords, (), {"silent": "false"}):
            if message is None:
                raise ValueError(f"{path}:{line}: a text must stand where its translation is asked")
            forms = [message] if isinstance(message, str) else [each for each in message if each]
            yield Text(*forms)


def _files(place: Path, pattern: str) -> list[Path]:
    return sorted(place.rglob(pattern)) if place.is_dir() else [place]
