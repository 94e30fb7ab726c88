"""A translation that nobody has to speak: every text in brackets."""

from pathlib import Path

from tools.texts.catalogue import compiled, translation

#: Esperanto has one plural like English, and no translation of its own here.
LANGUAGE = "eo"


def bracketed(text: str) -> str:
    return f"\N{LEFT WHITE SQUARE BRACKET}{text}\N{RIGHT WHITE SQUARE BRACKET}"


def in_brackets(folder: Path) -> Path:
    """Put the translation into ``folder``, which an application can then be made with."""
    catalogue = translation(None, LANGUAGE)
    for message in catalogue:
        if message.pluralizable:
            message.string = tuple(map(bracketed, message.id))
        elif message.id:
            message.string = bracketed(str(message.id))
    place = folder / LANGUAGE / "LC_MESSAGES"
    place.mkdir(parents=True)
    (place / "messages.mo").write_bytes(compiled(catalogue))
    return folder
