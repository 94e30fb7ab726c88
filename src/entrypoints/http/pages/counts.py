"""Counts with their nouns, which every language bends in its own way."""

from entrypoints.http.pages.formats import number
from entrypoints.http.texts import ngettext, several

_COUNTED = {
    "alert": several("%(num)s alert", "%(num)s alerts"),
    "attempt": several("%(num)s attempt", "%(num)s attempts"),
    "call": several("%(num)s call", "%(num)s calls"),
    "call is unpriced": several("%(num)s call is unpriced", "%(num)s calls are unpriced"),
    "call priced": several("%(num)s call priced", "%(num)s calls priced"),
    "failed call": several("%(num)s failed call", "%(num)s failed calls"),
    "provider": several("%(num)s provider", "%(num)s providers"),
    "model": several("%(num)s model", "%(num)s models"),
    "further model": several("%(num)s further model", "%(num)s further models"),
    "second": several("%(num)s second", "%(num)s seconds"),
    "minute": several("%(num)s minute", "%(num)s minutes"),
    "hour": several("%(num)s hour", "%(num)s hours"),
    "day": several("%(num)s day", "%(num)s days"),
    "week": several("%(num)s week", "%(num)s weeks"),
    "month": several("%(num)s month", "%(num)s months"),
    "period": several("%(num)s period", "%(num)s periods"),
}


def plural(count: int, noun: str) -> str:
    """``1 call``, ``1,204 calls``; ``noun`` is one of those listed here."""
    one, more = _COUNTED[noun]
    return ngettext(one, more, count, num=number(count))


def wait(seconds: int) -> str:
    """How long somebody has to wait, rounded up: ``14 minutes``."""
    return plural(seconds, "second") if seconds < 60 else plural(-(-seconds // 60), "minute")
