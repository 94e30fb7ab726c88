"""What every source of usage reports promises about filters."""

from collections.abc import Mapping
from typing import Any

import pytest

from application.ports.unit_of_work import UnitsOfWork
from domain.api_key import ApiKey
from domain.event import Status
from domain.report import Dimension, EventFilter, EventSelection
from tests.builders import an_event, an_id
from tests.contracts.events import append
from tests.contracts.tenants import a_stored_key
from tests.contracts.usage_measures import DAY, measures

DIMENSIONS = [dimension for dimension in Dimension if dimension is not Dimension.API_KEY]


def calls(
    units_of_work: UnitsOfWork,
    key: ApiKey,
    dimensions: Mapping[Dimension, tuple[str, ...]] | None = None,
    tags: Mapping[str, tuple[str, ...]] | None = None,
) -> int:
    """How many calls pass a filter."""
    chosen = EventFilter(dimensions or {}, tags or {})
    selection = EventSelection(organization_id=key.organization_id, span=DAY, filter=chosen)
    return measures(units_of_work, selection).calls


class UsageFiltersContract:
    """Inherit where a fixture ``units_of_work`` gives an empty store."""

    @pytest.fixture
    def key(self, units_of_work: UnitsOfWork) -> ApiKey:
        return a_stored_key(units_of_work)

    @pytest.mark.parametrize("dimension", DIMENSIONS)
    def test_each_dimension_is_a_filter(
        self, units_of_work: UnitsOfWork, key: ApiKey, dimension: Dimension
    ) -> None:
        one, two, three = (
            (Status.ERROR, Status.SUCCESS, Status.SUCCESS)
            if dimension is Dimension.STATUS
            else ("one", "two", "three")
        )
        for value in (one, two, three):
            fields: dict[str, Any] = {dimension: value}
            append(units_of_work, key, [an_event(key, **fields)])
        assert calls(units_of_work, key, {dimension: (one,)}) == 1
        assert calls(units_of_work, key, {dimension: (one, three)}) >= 2
        assert calls(units_of_work, key, {dimension: (one, two, three, "")}) == 3
        assert calls(units_of_work, key, {dimension: ("",)}) == 0
        assert calls(units_of_work, key, {dimension: ()}) == 0

    def test_a_filter_passes_no_event_without_a_value(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        append(units_of_work, key, [an_event(key), an_event(key, project=""), an_event(key)])
        assert calls(units_of_work, key, {Dimension.PROJECT: ("",)}) == 1
        assert calls(units_of_work, key, tags={"feature": ("",)}) == 0

    @pytest.mark.parametrize("text", ["no key", "", "\0", "\ud800", "%", "'; --", an_id()])
    def test_any_text_may_be_a_value_of_a_filter(
        self, units_of_work: UnitsOfWork, key: ApiKey, text: str
    ) -> None:
        append(units_of_work, key, [an_event(key, tags={"feature": "x"})])
        for dimension in Dimension:
            assert calls(units_of_work, key, {dimension: (text,)}) == 0
        assert calls(units_of_work, key, tags={"feature": (text,)}) == 0
        assert calls(units_of_work, key, tags={text: ("x",)}) == 0
        both = {Dimension.API_KEY: (text, key.id)}
        assert calls(units_of_work, key, both, {"feature": (text, "x")}) == 1

    def test_calls_are_told_apart_by_their_key(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        with units_of_work() as uow:
            organization = uow.organizations.get(key.organization_id)
        second = a_stored_key(units_of_work, organization)
        append(units_of_work, key, [an_event(key), an_event(second), an_event(second)])
        assert calls(units_of_work, key, {Dimension.API_KEY: (key.id,)}) == 1
        assert calls(units_of_work, key, {Dimension.API_KEY: (second.id,)}) == 2
        assert calls(units_of_work, key, {Dimension.API_KEY: (second.id.upper(),)}) == 0

    @pytest.mark.parametrize("name", ["feature", "a.b", "søk 🦊", "'\"\\", "%(x)s", "0", "$"])
    def test_a_tag_is_a_filter_whatever_its_name(
        self, units_of_work: UnitsOfWork, key: ApiKey, name: str
    ) -> None:
        tags = [{name: "one"}, {name: "two", "other": "one"}, {"other": "one"}, {}]
        append(units_of_work, key, [an_event(key, tags=each) for each in tags])
        assert calls(units_of_work, key, tags={name: ("one",)}) == 1
        assert calls(units_of_work, key, tags={name: ("one", "two")}) == 2
        assert calls(units_of_work, key, tags={name: ("two",), "other": ("one",)}) == 1

    def test_an_event_passes_when_all_that_is_named_matches(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        for model in ("small", "large"):
            for project in ("search", "chat", None):
                event = an_event(key, model=model, project=project, tags={"team": model})
                append(units_of_work, key, [event])
        wanted = {Dimension.MODEL: ("small",), Dimension.PROJECT: ("search", "chat")}
        assert calls(units_of_work, key, wanted) == 2
        assert calls(units_of_work, key, wanted, {"team": ("small",)}) == 2
        assert calls(units_of_work, key, wanted, {"team": ("large",)}) == 0
