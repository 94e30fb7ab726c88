"""Static files: addresses that change with their content, so that browsers may keep them."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from flask import Flask, Response, request, url_for

#: As long as anything may be kept; whoever has it need not ask whether it is still the same.
KEPT = "public, max-age=31536000, immutable"


def install(app: Flask) -> None:
    """Make ``asset`` known to templates, and let browsers keep what it leads to."""
    version = _versions(Path(app.static_folder or ""))

    def asset(name: str) -> str:
        """A static file's address, which names its content."""
        return url_for("static", filename=name, v=version(name))

    def keep(response: Response) -> Response:
        # Only under its true name: while servers of two versions are up, one may be asked for
        # what only the other has.
        asked = request.args.get("v")
        if request.endpoint == "static" and asked and response.status_code in (200, 304):
            name = (request.view_args or {})["filename"]
            if asked == version(name):
                response.headers["Cache-Control"] = KEPT
        return response

    app.add_template_global(asset)
    app.after_request(keep)


def _versions(folder: Path) -> Callable[[str], str]:
    known: dict[str, str] = {}

    def version(name: str) -> str:
        if name not in known:
            known[name] = sha256((folder / name).read_bytes()).hexdigest()[:12]
        return known[name]

    return version
