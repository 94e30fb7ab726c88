"""The form of a budget: from its fields to terms and back."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar

from flask import request

from domain.budget import (
    DEFAULT_FORECAST_THRESHOLDS,
    DEFAULT_THRESHOLDS,
    LARGEST_THRESHOLD,
    BudgetPeriod,
    BudgetTerms,
    Enforcement,
)
from domain.budget_scope import SCOPE_DIMENSIONS, BudgetScope
from domain.decimals import JSON_NUMBER
from domain.errors import Fault, Invalid
from domain.money import MOST_USD, parse_usd, plain
from domain.period import zone
from domain.phrases import Phrase
from domain.providers import canonical_provider
from domain.report import Dimension
from domain.tags import LONGEST_TAG_NAME, MOST_TAGS
from domain.text import check_name, check_text
from entrypoints.http.pages.forms import text
from entrypoints.http.pages.viewer_zone import own_zone

_MOST_THRESHOLDS = 20
_Choice = TypeVar("_Choice", bound=Enum)


def budget_values(terms: BudgetTerms | None) -> dict[str, str]:
    """What the fields hold before anybody types: the terms, or what a new budget begins with."""
    if terms is None:
        return {
            "period": BudgetPeriod.MONTH.value,
            "timezone": request.args.get("tz") or own_zone() or "UTC",
            "thresholds": _written(DEFAULT_THRESHOLDS),
            "forecast_thresholds": _written(DEFAULT_FORECAST_THRESHOLDS),
            "enforcement": Enforcement.ALERT.value,
            "unpriced": "block",
        }
    estimate = terms.unpriced if isinstance(terms.unpriced, Decimal) else None
    tags = (f"{name}={value}" for name, value in terms.scope.tags.items())
    return {
        "name": terms.name,
        "limit_usd": plain(terms.limit_usd),
        "period": terms.period.value,
        "timezone": terms.timezone,
        "thresholds": _written(terms.thresholds),
        "forecast_thresholds": _written(terms.forecast_thresholds),
        "enforcement": terms.enforcement.value,
        "unpriced": str(terms.unpriced) if estimate is None else "estimate",
        "unpriced_estimate_usd": "" if estimate is None else plain(estimate),
        "channels": "all" if terms.channel_ids is None else "some",
        **{f"channel_{each}": "on" for each in terms.channel_ids or ()},
        "tags": "\n".join(tags),
        **{f"scope_{name}": value for name, value in terms.scope.dimensions.items()},
    }


def budget_changes() -> dict[str, Any]:
    """The fields of ``BudgetTerms`` that this request's form holds.

    Raises:
        Invalid: with a fault for every field that is wrong.
    """
    readers = {
        "name": lambda: check_name(text("name"), "/name"),
        "limit_usd": _limit_usd,
        "period": _period,
        "timezone": _timezone,
        "scope": _scope,
        "thresholds": lambda: _percents("thresholds"),
        "forecast_thresholds": lambda: _percents("forecast_thresholds"),
        "enforcement": lambda: _one_of(Enforcement, "enforcement"),
        "unpriced": _unpriced,
        "channel_ids": _channel_ids,
    }
    return _read(readers)


def preview_terms() -> BudgetTerms:
    """Terms that count what this form's budget would, whatever its limit is.

    Raises:
        Invalid: with a fault for every field that decides what is counted and is wrong.
    """
    counted = _read({"period": _period, "timezone": _timezone, "scope": _scope})
    return BudgetTerms(name="Preview", limit_usd=Decimal(1), **counted)


def _read(readers: Mapping[str, Callable[[], Any]]) -> dict[str, Any]:
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


def _limit_usd() -> Decimal:
    typed = text("limit_usd").strip().removeprefix("$")
    if JSON_NUMBER.fullmatch(typed) and not 0 < Decimal(typed) <= MOST_USD:
        # Said here, so that what is below 0 and what is 0 are told the same.
        raise Invalid.at("/limit_usd", "must be above 0 and at most 1,000,000 US dollars")
    return parse_usd(typed, "/limit_usd")


def _period() -> BudgetPeriod:
    try:
        return BudgetPeriod(text("period"))
    except ValueError:
        raise Invalid.at("/period", "must be a day, a week or a month") from None


def _timezone() -> str:
    name = text("timezone").strip() or "UTC"
    zone(name, "/timezone")
    return name


def _one_of(choices: type[_Choice], name: str) -> _Choice:
    try:
        return choices(text(name))
    except ValueError:
        raise Invalid.at(f"/{name}", "must be of those listed") from None


def _unpriced() -> str | Decimal:
    policy = text("unpriced")
    if policy == "estimate":
        typed = text("unpriced_estimate_usd").strip().removeprefix("$")
        if not typed:
            detail = "must be filled in with the choice “Allow, for an amount”"
            raise Invalid.at("/unpriced_estimate_usd", detail)
        return parse_usd(typed, "/unpriced_estimate_usd")
    if policy not in ("block", "allow"):
        raise Invalid.at("/unpriced", "must be of those listed")
    return policy


def _channel_ids() -> tuple[str, ...] | None:
    """None where all are wanted, those of later days too."""
    if text("channels") != "some":
        return None
    prefix = "channel_"
    return tuple(name.removeprefix(prefix) for name in request.form if name.startswith(prefix))


def _percents(name: str) -> tuple[int, ...]:
    parts = [part for part in re.split(r"[\s,;%]+", text(name)) if part]
    if len(parts) > _MOST_THRESHOLDS or not all(re.fullmatch(r"\d{1,4}", part) for part in parts):
        raise Invalid.at(f"/{name}", "must be whole percents such as 50, 80, 100")
    percents = tuple(map(int, parts))
    if any(not 1 <= percent <= LARGEST_THRESHOLD for percent in percents):
        # The terms say so too, but only once every other field is right.
        detail = Phrase("must be from 1 to %(most)s percent", most=LARGEST_THRESHOLD)
        raise Invalid.at(f"/{name}", detail)
    return percents


def _scope() -> BudgetScope:
    named: dict[Dimension, str] = {}
    for dimension in SCOPE_DIMENSIONS:
        field = f"scope_{dimension}"
        if value := check_text(text(field).strip(), f"/{field}"):
            named[dimension] = value
    if Dimension.PROVIDER in named:
        named[Dimension.PROVIDER] = canonical_provider(named[Dimension.PROVIDER], None)
    return BudgetScope(dimensions=named, tags=_tags())


def _tags() -> Mapping[str, str]:
    tags: dict[str, str] = {}
    for line in text("tags").splitlines():
        name, equals, value = (part.strip() for part in line.partition("="))
        if not name and not equals:
            continue
        if not name or not equals:
            raise Invalid.at("/tags", "must be one name=value on each line")
        check_text(name, "/tags", longest=LONGEST_TAG_NAME)
        tags[name] = check_text(value, "/tags")
    if len(tags) > MOST_TAGS:
        raise Invalid.at("/tags", Phrase("must be at most %(most)s", most=MOST_TAGS))
    return tags


def _written(percents: tuple[int, ...]) -> str:
    return ", ".join(map(str, percents))
