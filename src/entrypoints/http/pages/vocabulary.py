"""The words for codes: of dimensions, token classes, states and the like."""

from entrypoints.http.texts import gettext, mark, translated

_WORDS = frozenset({
    # What calls are filtered and grouped by.
    mark("provider"), mark("model"), mark("project"), mark("environment"), mark("user"),
    mark("api key"), mark("operation"), mark("status"), mark("session"), mark("trace id"),
    mark("provider request id"), mark("total"), mark("trace"),
    # Classes of tokens, and other units.
    mark("input"), mark("cache read"), mark("cache write 5m"), mark("cache write 1h"),
    mark("output"), mark("reasoning"), mark("input audio"), mark("cache read audio"),
    mark("output audio"), mark("input image"), mark("output image"), mark("input video"),
    mark("requests"), mark("web searches"), mark("search units"), mark("images"),
    mark("audio seconds"), mark("video seconds"), mark("compute seconds"), mark("characters"),
    mark("pages"), mark("provider reported"),
    # Periods, with what goes before them, since languages bend both.
    mark("hour"), mark("day"), mark("week"), mark("month"),
    mark("this day"), mark("this week"), mark("this month"),
    mark("every day"), mark("every week"), mark("every month"),
    mark("each hour"), mark("each day"), mark("each week"), mark("each month"),
    mark("a day"), mark("a week"), mark("a month"),
    # States of calls and their usage, of budgets, and of what is priced again and why.
    mark("success"), mark("error"),
    mark("complete"), mark("partial"), mark("missing"), mark("estimated"),
    mark("ok"), mark("warning"), mark("exceeded"),
    mark("waiting"), mark("running"), mark("done"),
    mark("alias"), mark("own price"), mark("discount"), mark("price book"), mark("self-hosted"),
    # Months in full, as forecasts name them.
    mark("January"), mark("February"), mark("March"), mark("April"), mark("May"), mark("June"),
    mark("July"), mark("August"), mark("September"), mark("October"), mark("November"),
    mark("December"),
    # Roles, what a key may, and kinds of channel.
    mark("owner"), mark("admin"), mark("member"),
    mark("ingest"), mark("read"),
    mark("webhook"), mark("email"), mark("slack"),
})  # fmt: skip

_TAG = "tag."


def words(code: str) -> str:
    """A code as words: ``cache_write_5m`` is ``cache write 5m``; unknown ones stay English."""
    spaced = code.replace("_", " ")
    return gettext(spaced) if spaced in _WORDS else spaced


def heading(code: str) -> str:
    """The words with a capital letter in front."""
    return capital(words(code))


def filter_words(name: str) -> str:
    """What a filter is called; the name of a tag is people's own and stays theirs."""
    return name.removeprefix(_TAG) if name.startswith(_TAG) else words(name)


def capital(text: str) -> str:
    """With a capital letter in front, the rest as it is."""
    return text[:1].upper() + text[1:]


def sentence(detail: str) -> str:
    """What an error says, in the reader's language: ``must not be empty`` is ``Must ... empty.``"""
    said = capital(translated(detail))
    return said if said.endswith(".") else f"{said}."
