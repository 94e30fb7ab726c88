"""A change of cost in words: what did it, overall and for one model."""

from decimal import Decimal
from typing import Any

from domain.cost_change import CostChange
from domain.movers import Cause, Mover
from entrypoints.http.pages.formats import usd
from entrypoints.http.texts import gettext


def signed_usd(amount: Decimal) -> str:
    """With its sign, whichever it is: ``+$380.00``."""
    return f"+{usd(amount)}" if amount > 0 else usd(amount)


def effects(change: CostChange[Any]) -> list[tuple[str, Decimal]]:
    """The effects that are not 0 by name, the largest first."""
    named = {
        gettext("volume"): change.volume_usd,
        gettext("price"): change.price_usd,
        gettext("mix"): change.mix_usd,
    }
    return sorted(
        ((name, amount) for name, amount in named.items() if amount),
        key=lambda pair: pair[1].copy_abs(),
        reverse=True,
    )


def cause_words(mover: Mover[Any]) -> str:
    """What most of a model's change came from: ``used more``, ``cheaper per token``."""
    rose = mover.difference_usd > 0
    match mover.cause:
        case Cause.NEW:
            return gettext("new")
        case Cause.GONE:
            return gettext("no longer used")
        case Cause.VOLUME:
            return gettext("used more") if rose else gettext("used less")
        case Cause.PRICE if mover.before.tokens and mover.after.tokens:
            return gettext("dearer per token") if rose else gettext("cheaper per token")
        case Cause.PRICE:
            return gettext("dearer per call") if rose else gettext("cheaper per call")
