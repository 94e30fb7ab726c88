"""Where a run of the tests leaves its pictures, over those of the run before."""

import os
from pathlib import Path

from tests.integration.server import ROOT


def artefact_folder(scratch: Path) -> Path:
    """What ``SCREENSHOTS`` says, else ``test-artefacts/``; ``scratch`` where neither can be had."""
    folder = Path(os.environ.get("SCREENSHOTS") or ROOT / "test-artefacts")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return scratch
    return folder if os.access(folder, os.W_OK) else scratch
