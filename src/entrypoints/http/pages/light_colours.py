"""The light colours of the design, for what leaves the pages and their style sheets."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_TOKENS = Path(__file__).parents[1] / "static/css/tokens.css"
_PAIR = re.compile(r"--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), #[0-9a-f]{6}\);")


@cache
def light_colours() -> Mapping[str, str]:
    """By the names that ``tokens.css`` gives them: ``{"series-1": "#23a28c", ...}``."""
    return dict(_PAIR.findall(_TOKENS.read_text(encoding="utf-8")))
