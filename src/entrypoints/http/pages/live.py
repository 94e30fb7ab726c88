"""Pages that follow what comes in: a script asks every few seconds whether it has all there is.

It asks for the page itself, with the version that it shows in ``If-None-Match``. As long as nothing
has changed, the answer is 304 after one statement; else it is the page as everybody gets it.
"""

from http import HTTPStatus

from flask import make_response, request
from werkzeug import Response

from application.ports.clock import Clock
from application.reports.tally_usage import TallyUsage, TallyUsageRequest
from domain.money import plain
from domain.report import Tally
from entrypoints.http.pages.report_page import Asked


def version_of(tally: Tally) -> str:
    """What a page shows, in so few letters that a header holds them."""
    cost = "unknown" if tally.cost_usd is None else plain(tally.cost_usd)
    return f"{tally.calls}-{cost}"


def ends_now(asked: Asked, clock: Clock) -> bool:
    """Whether what is asked for can still grow."""
    return asked["end"] is None or asked["end"] > clock.now()


def version_now(run: TallyUsage, asked: Asked, clock: Clock) -> str | None:
    """What a page of ``asked`` would show; None where nothing new can come in.

    Raises:
        Invalid: the range or the time zone is not usable.
    """
    return version_of(run(TallyUsageRequest(**asked))) if ends_now(asked, clock) else None


def seen_already(version: str | None) -> Response | None:
    """The answer to a script whose page shows this version; None for everybody else."""
    if version is None or not request.if_none_match.contains(version):
        return None
    return _versioned(Response(status=HTTPStatus.NOT_MODIFIED), version)


def live_page(html: str, version: str | None) -> Response:
    """A page that names its version, if it has one."""
    page = make_response(html)
    return _versioned(page, version) if version else page


def _versioned(answer: Response, version: str) -> Response:
    answer.set_etag(version)
    return answer
