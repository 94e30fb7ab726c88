"""``make texts``: write the catalogue of what pages say, and bring translations up to date."""

import argparse
from pathlib import Path

from entrypoints.http.texts import TRANSLATIONS
from tools.texts.catalogue import compiled, template, translation, written


def files(folder: Path = TRANSLATIONS, begun: str | None = None) -> dict[Path, bytes]:
    """What should stand in ``folder``; ``begun`` is a language to begin with."""
    found = {folder / "messages.pot": written(template())}
    places = {file.parent for file in folder.glob("*/LC_MESSAGES/messages.po")}
    if begun:
        places.add(folder / begun / "LC_MESSAGES")
    for place in sorted(places):
        po = place / "messages.po"
        catalogue = translation(po.read_bytes() if po.exists() else None, place.parent.name)
        found |= {po: written(catalogue), place / "messages.mo": compiled(catalogue)}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--begin", metavar="LANGUAGE", help="a language to begin, de say")
    for path, content in files(begun=parser.parse_args().begin).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    main()
