"""What people read, in their language: GNU gettext over the English that stands in place.

English needs no catalogue; a text without a translation stays English. A translation is a folder
in ``translations/``, beside ``messages.pot``; ``docs/translating.md`` says how one is made.
"""

from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from flask import Flask, current_app, g, has_request_context, request

from domain.phrases import Phrase

ENGLISH = "en"
TRANSLATIONS = Path(__file__).parent / "translations"
_ENGLISH_TEXTS = NullTranslations()
_INSTALLED = "texts"


def languages(folder: Path = TRANSLATIONS) -> list[str]:
    """English, and those that ``folder`` has a catalogue of."""
    return [ENGLISH, *sorted(file.parts[-3] for file in _catalogues(folder))]


def install(app: Flask, *, language: str | None, folder: Path = TRANSLATIONS) -> None:
    """Give templates ``_`` and ``ngettext``, and every request a language.

    ``language`` holds for everybody; without it browsers are answered in theirs.
    """
    found: dict[str, NullTranslations] = {ENGLISH: _ENGLISH_TEXTS}
    for file in _catalogues(folder):
        with file.open("rb") as stream:
            found[file.parts[-3]] = GNUTranslations(stream)
    app.extensions[_INSTALLED] = found if language is None else {language: found[language]}
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: _texts().gettext(text),
        lambda one, more, count: _texts().ngettext(one, more, count),
        newstyle=True,
    )
    app.jinja_env.globals["language"] = language_of_request


def language_of_request() -> str:
    """The name of the language that this request is answered in, as its folder has it."""
    if "language" not in g:
        g.language = _first_of(list(current_app.extensions[_INSTALLED]))
    return str(g.language)


def gettext(text: str, /, **values: object) -> str:
    """The reader's text for an English one, with ``values`` put in for its ``%(name)s``."""
    found = _texts().gettext(text)
    return found % values if values else found


def ngettext(one: str, more: str, count: int, /, **values: object) -> str:
    """The same for a text that depends on a number."""
    return _texts().ngettext(one, more, count) % values


def mark(text: str) -> str:
    """Nothing but a sign for who gathers the texts: this one is translated where it is shown."""
    return text


def several(one: str, more: str) -> tuple[str, str]:
    """A sign likewise, for the two forms that ``ngettext`` takes."""
    return one, more


def translated(sentence: str) -> str:
    """What an error or another object says in English, in the reader's language."""
    if isinstance(sentence, Phrase):
        parts = sentence.values.items()
        values = {name: translated(v) if isinstance(v, Phrase) else v for name, v in parts}
        return gettext(sentence.pattern) % values
    # The empty text is where a catalogue keeps its head.
    return gettext(sentence) if sentence else ""


def _first_of(offered: list[str]) -> str:
    """What the browser likes best; ``en-US`` is content with ``en``, before what it likes less."""
    names = {name.lower().replace("_", "-"): name for name in offered}
    for tag, quality in request.accept_languages:
        wanted = tag.lower().replace("_", "-")
        found = names.get(wanted) or names.get(wanted.partition("-")[0])
        if found and quality > 0:
            return found
    return offered[0]


def _texts() -> NullTranslations:
    # Hundreds of times a page, so what was found is looked for first.
    try:
        found: NullTranslations = g.texts
    except (AttributeError, RuntimeError):
        return _texts_of_request()
    return found


def _texts_of_request() -> NullTranslations:
    # Outside of a request nobody reads; an application without texts is English.
    if not has_request_context() or _INSTALLED not in current_app.extensions:
        return _ENGLISH_TEXTS
    found: NullTranslations = current_app.extensions[_INSTALLED][language_of_request()]
    g.texts = found
    return found


def _catalogues(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/LC_MESSAGES/messages.mo"))
