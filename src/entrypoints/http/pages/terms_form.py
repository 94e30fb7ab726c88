"""The forms of own prices, discounts and aliases: from their fields to terms and back."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from flask import request

from domain.errors import Fault, Invalid
from domain.money import parse_usd, plain
from domain.phrases import Phrase
from domain.pricing.terms import (
    LONGEST_NOTE,
    AliasTerms,
    DiscountTerms,
    OwnPriceTerms,
    OwnRate,
    Terms,
    TermsKind,
)
from domain.providers import canonical_provider
from domain.service_tier import DEFAULT
from domain.text import check_text
from domain.usage.token_usage import TokenClass
from entrypoints.http.pages.forms import text

#: Classes with a field of their own; others go into the lines below them.
CLASSES = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h")
_MILLION = 10**6
_MOST_DIGITS = 10
#: A class and its price, then in this order where they are not the usual ones.
_LINE = re.compile(
    r"(?P<class>\w+)\s+\$?(?P<usd>[\d.]+)"
    r"(?:\s+per\s+(?P<per>[\d,]+))?"
    r"(?:\s+above\s+(?P<above>[\d,]+))?"
    r"(?:\s+tier\s+(?P<tier>\S+)|\s+(?!(?:per|above|tier|in)\b)(?P<word>\S+))?"
    r"(?:\s+in\s+(?P<region>\S.*))?",
    re.ASCII,
)


def terms_values(terms: Terms | None) -> dict[str, str]:
    """What the fields hold before anybody types: the terms, or what the address suggests."""
    if terms is None:
        return request.args.to_dict()
    values = {
        "provider": terms.provider,
        "valid_from": terms.valid_from.isoformat() if terms.valid_from else "",
        "valid_to": terms.valid_to.isoformat() if terms.valid_to else "",
        "note": terms.note or "",
    }
    match terms:
        case OwnPriceTerms():
            return values | {"model": terms.model} | _rate_values(terms)
        case DiscountTerms():
            return values | {"percent": plain(terms.percent)}
        case AliasTerms():
            seller = terms.model_provider or ""
            return values | {
                "alias": terms.alias, "model": terms.model, "model_provider": seller,
            }  # fmt: skip


def terms_changes(kind: TermsKind) -> dict[str, Any]:
    """The fields of the kind's terms that this request's form holds.

    Raises:
        Invalid: with a fault for every field that is wrong.
    """
    readers: dict[str, Callable[[], Any]] = {
        "provider": _provider,
        "valid_from": lambda: _day("valid_from"),
        "valid_to": lambda: _day("valid_to"),
        "note": lambda: check_text(text("note").strip(), "/note", longest=LONGEST_NOTE) or None,
        **_READERS[kind],
    }
    changes: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, read in readers.items():
        try:
            changes[name] = read()
        except Invalid as error:
            faults += error.faults
    if faults:
        raise Invalid("Some fields are not right.", faults=tuple(faults))
    return changes


def _name(field: str) -> str:
    return check_text(text(field).strip(), f"/{field}", shortest=1)


def _provider() -> str:
    return canonical_provider(_name("provider"), None)


def _model_provider() -> str | None:
    typed = text("model_provider").strip()
    return canonical_provider(typed, None) if typed else None


def _day(field: str) -> date | None:
    typed = text(field).strip()
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        raise Invalid.at(f"/{field}", "must be a date such as 2027-01-31") from None


def _percent() -> Decimal:
    return parse_usd(text("percent").strip().removesuffix("%").strip(), "/percent")


def _rates() -> tuple[OwnRate, ...]:
    rates = [
        OwnRate(
            class_=name, unit_price_usd=_usd(text(f"rate_{name}"), f"/rate_{name}"), per=_MILLION
        )
        for name in CLASSES
        if text(f"rate_{name}").strip()
    ]
    rates += [_rate(line) for line in text("rates").splitlines() if line.strip()]
    if not rates:
        raise Invalid.at("/rate_input", "must have at least one price")
    return tuple(rates)


def _usd(typed: str, pointer: str) -> Decimal:
    return parse_usd(typed.strip().removeprefix("$"), pointer)


def _rate(line: str) -> OwnRate:
    matched = _LINE.fullmatch(line.strip())
    if matched is None:
        raise Invalid.at("/rates", "must be one class and its price on each line")
    name = matched["class"]
    return OwnRate(
        class_=name,
        unit_price_usd=_usd(matched["usd"], "/rates"),
        per=_whole(matched["per"]) or _usual_per(name),
        tier_from=_whole(matched["above"]),
        service_tier=matched["tier"] or matched["word"] or DEFAULT,
        region=matched["region"],
    )


def _whole(typed: str | None) -> int | None:
    digits = (typed or "").replace(",", "")
    if len(digits) > _MOST_DIGITS:
        detail = Phrase("numbers must have at most %(most)s digits", most=_MOST_DIGITS)
        raise Invalid.at("/rates", detail)
    return int(digits) if digits else None


def _usual_per(name: str) -> int:
    """What a price is for where nothing is said: tokens are priced by the million."""
    return _MILLION if name in frozenset(TokenClass) else 1


def _rate_values(terms: OwnPriceTerms) -> dict[str, str]:
    values: dict[str, str] = {}
    lines: list[str] = []
    for rate in terms.rates:
        is_plain = rate.tier_from is None and rate.service_tier == DEFAULT and not rate.region
        if rate.class_ in CLASSES and is_plain and rate.per == _usual_per(rate.class_):
            values[f"rate_{rate.class_}"] = plain(rate.unit_price_usd)
        else:
            lines.append(_line_of(rate))
    return values | {"rates": "\n".join(lines)}


def _line_of(rate: OwnRate) -> str:
    per = f" per {rate.per}" if rate.per != _usual_per(rate.class_) else ""
    above = f" above {rate.tier_from}" if rate.tier_from else ""
    tier = f" tier {rate.service_tier}" if rate.service_tier != DEFAULT else ""
    region = f" in {rate.region}" if rate.region else ""
    return f"{rate.class_} {plain(rate.unit_price_usd)}{per}{above}{tier}{region}"


_READERS: Mapping[TermsKind, Mapping[str, Callable[[], Any]]] = {
    TermsKind.OWN_PRICE: {"model": lambda: _name("model"), "rates": _rates},
    TermsKind.DISCOUNT: {"percent": _percent},
    TermsKind.ALIAS: {
        "alias": lambda: _name("alias"),
        "model": lambda: _name("model"),
        "model_provider": _model_provider,
    },
}
