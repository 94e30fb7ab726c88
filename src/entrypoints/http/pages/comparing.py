"""What a range is compared with, in words that follow "against" and "than"."""

from entrypoints.http.pages.named_ranges import RANGES_BEFORE
from entrypoints.http.pages.report_address import ReportAddress
from entrypoints.http.texts import gettext, ngettext


def time_before(address: ReportAddress, *, is_running: bool) -> str:
    """``the 30 days before``; of a range that is yet to end only what has passed is compared."""
    if address.named:
        return gettext(RANGES_BEFORE[address.named])
    if address.days is not None:
        return ngettext(
            "the %(num)s day before", "the %(num)s days before", address.days, num=address.days
        )
    if is_running:
        return gettext("an equally long time before, so far")
    return gettext("an equally long time before")
