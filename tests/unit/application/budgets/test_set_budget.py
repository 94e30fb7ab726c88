"""An owner or admin limits what may be spent."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from application.budgets.budget_standing import BudgetWithStatus
from application.budgets.set_budget import SetBudget, SetBudgetRequest
from domain.budget import Budget, BudgetPeriod, BudgetState, BudgetTerms
from domain.budget_scope import BudgetScope
from domain.channel import Channel, ChannelType
from domain.errors import Invalid, NotFound
from domain.report import Dimension
from tests.builders import NOW, a_budget, a_cost, an_api_key, an_event, an_organization
from tests.unit.application.world import World

KEY = an_api_key(an_organization())
ACME = KEY.organization_id
TERMS = {"name": "All of it", "limit_usd": Decimal(10)}
Changes = Mapping[str, Any]


def set_budget(
    world: World, changes: Changes, budget_id: str | None = None, organization_id: str = ACME
) -> BudgetWithStatus:
    request = SetBudgetRequest(
        organization_id=organization_id, changes=changes, budget_id=budget_id
    )
    return SetBudget(world.units, world.keep_ledger, world.identifiers, world.clock)(request)


def stored(world: World, budget_id: str) -> Budget | None:
    with world.units(snapshot=True) as uow:
        return uow.budgets.get(ACME, budget_id)


def test_a_budget_needs_a_name_and_a_limit_and_has_defaults_for_the_rest(world: World) -> None:
    made = set_budget(world, TERMS)
    assert made.budget.terms == BudgetTerms(name="All of it", limit_usd=Decimal(10))
    assert (made.budget.version, made.budget.created_at) == (1, NOW)
    assert made.status.state is BudgetState.OK
    assert made.status.remaining_usd == 10
    assert stored(world, made.budget.id) == made.budget


def test_a_new_budget_counts_what_was_spent_before_it(world: World) -> None:
    world.events(an_event(KEY, cost=a_cost("10")))
    assert set_budget(world, TERMS).status.state is BudgetState.EXCEEDED


def test_a_change_names_what_changes_and_leaves_the_rest(world: World) -> None:
    scope = BudgetScope({Dimension.PROJECT: "checkout"})
    made = set_budget(world, {**TERMS, "scope": scope, "thresholds": (10, 20)}).budget
    later = world.clock.advance(timedelta(hours=1))
    changed = set_budget(world, {"limit_usd": Decimal(20)}, made.id).budget
    assert changed.terms == BudgetTerms(
        name="All of it", limit_usd=Decimal(20), scope=scope, thresholds=(10, 20)
    )
    assert (changed.id, changed.version) == (made.id, 2)
    assert (changed.created_at, changed.updated_at) == (NOW, later)
    assert stored(world, made.id) == changed


@pytest.mark.parametrize("changes", [{}, {"name": "Another name"}])
def test_a_new_name_makes_no_new_version(world: World, changes: Changes) -> None:
    made = set_budget(world, TERMS).budget
    assert set_budget(world, changes, made.id).budget.version == 1


def test_the_answer_has_the_status_under_the_new_terms(world: World) -> None:
    world.events(
        an_event(KEY, cost=a_cost("4")),
        an_event(KEY, cost=a_cost("2"), timestamp=NOW - timedelta(days=10)),
    )
    made = set_budget(world, TERMS)
    assert made.status.spent_usd == 6
    changed = set_budget(world, {"period": BudgetPeriod.DAY}, made.budget.id)
    assert changed.status.spent_usd == 4
    assert changed.status.state is BudgetState.OK


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"limit_usd": Decimal(0)}, "/limit_usd"),
        ({"timezone": "Mars/Olympus"}, "/timezone"),
        ({"thresholds": (0,)}, "/thresholds"),
        ({"name": ""}, "/name"),
    ],
)
def test_terms_that_cannot_be_kept_change_nothing(
    world: World, changes: Changes, pointer: str
) -> None:
    made = set_budget(world, TERMS).budget
    for budget_id, sent in ((None, {**TERMS, **changes}), (made.id, changes)):
        with pytest.raises(Invalid) as refusal:
            set_budget(world, sent, budget_id)
        assert refusal.value.first_fault.pointer == pointer
    with world.units(snapshot=True) as uow:
        assert uow.budgets.list(ACME) == [made]


def test_other_organizations_budgets_are_not_there(world: World) -> None:
    made = set_budget(world, TERMS).budget
    for organization_id, budget_id in (("other", made.id), (ACME, "unknown"), (ACME, "")):
        with pytest.raises(NotFound):
            set_budget(world, {"limit_usd": Decimal(20)}, budget_id, organization_id)
    assert stored(world, made.id) == made


def a_channel(world: World) -> str:
    channel = Channel(
        id=world.identifiers.new(),
        organization_id=ACME,
        type=ChannelType.EMAIL,
        name="Finance",
        target="finance@example.com",
        created_at=NOW,
    )
    with world.units() as uow:
        uow.channels.add(ACME, channel)
        uow.commit()
    return channel.id


def test_alerts_go_to_channels_that_there_are(world: World) -> None:
    channel_id = a_channel(world)
    made = set_budget(world, {**TERMS, "channel_ids": (channel_id,)}).budget
    for budget_id, changes in ((None, TERMS), (made.id, {})):
        with pytest.raises(Invalid) as refusal:
            set_budget(world, {**changes, "channel_ids": (channel_id, "unknown")}, budget_id)
        assert refusal.value.first_fault.pointer == "/channel_ids"


def test_a_channel_that_was_removed_stands_in_the_way_of_no_other_change(world: World) -> None:
    channel_id = a_channel(world)
    made = set_budget(world, {**TERMS, "channel_ids": (channel_id,)}).budget
    with world.units() as uow:
        uow.channels.remove(ACME, channel_id)
        uow.commit()
    assert set_budget(world, {"name": "Another"}, made.id).budget.terms.name == "Another"


def test_versions_say_what_was_changed_when_and_by_whom(world: World) -> None:
    made = set_budget(world, TERMS).budget
    later = world.clock.advance(timedelta(hours=1))
    set_budget(world, {"name": "Another name"}, made.id)
    request = SetBudgetRequest(
        organization_id=ACME,
        changes={"thresholds": (10,)},
        changed_by="ada",
        budget_id=made.id,
    )
    SetBudget(world.units, world.keep_ledger, world.identifiers, world.clock)(request)
    with world.units(snapshot=True) as uow:
        found = uow.budgets.versions(ACME, made.id)
    assert [(it.version, it.since, it.changed_by) for it in found] == [
        (2, later, "ada"),
        (1, NOW, None),
    ]
    assert found[0].terms.thresholds == (10,)


def test_an_organization_has_at_most_500_budgets(world: World) -> None:
    with world.units() as uow:
        for _ in range(499):
            uow.budgets.add(ACME, a_budget(an_organization(id=ACME)))
        uow.commit()
    made = set_budget(world, TERMS).budget
    with pytest.raises(Invalid) as refusal:
        set_budget(world, TERMS)
    assert refusal.value.code == "too_many_budgets"
    assert set_budget(world, {"name": "Still changed"}, made.id).budget.version == 1
