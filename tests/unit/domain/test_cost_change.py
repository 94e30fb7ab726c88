"""More use, other prices, or other things used."""

from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.cost_change import TOP, CostChange, Part, Volume, cost_change, main_cause
from domain.money import exact_sum

GPT, CLAUDE, IMAGES = ("openai", "gpt"), ("anthropic", "claude"), ("openai", "images")
Key = tuple[str, str]
Rows = dict[Key, Volume]

costs = st.decimals(0, 10**6, places=18, allow_nan=False)
volumes = st.builds(
    Volume,
    calls=st.integers(0, 10**9),
    tokens=st.one_of(st.just(0), st.integers(0, 10**13)),
    cost_usd=costs,
)
keys = st.sampled_from([GPT, CLAUDE, IMAGES, ("mistral", "large"), ("groq", "llama")])
rows = st.dictionaries(keys, volumes, max_size=5)
used = st.builds(Volume, calls=st.integers(1, 10**9), tokens=st.integers(0, 10**13), cost_usd=costs)
used_rows = st.dictionaries(keys, used, max_size=5)


def usd(amount: str) -> Decimal:
    return Decimal(amount)


def tokens(count: int, cost: str) -> Volume:
    return Volume(calls=1, tokens=count, cost_usd=usd(cost))


def effects(change: CostChange[Key]) -> tuple[Decimal | int, ...]:
    return change.volume_usd, change.price_usd, change.mix_usd


def scaled(before: Rows, *, quantity: int = 1, cost: int = 1) -> Rows:
    return {
        key: Volume(each.calls * quantity, each.tokens * quantity, each.cost_usd * cost)
        for key, each in before.items()
    }


@given(rows, rows)
def test_the_three_effects_make_the_difference_to_the_last_digit(before: Rows, after: Rows) -> None:
    change = cost_change(before, after)
    total = exact_sum([change.volume_usd, change.price_usd, change.mix_usd])
    assert total == change.difference_usd
    old, new = (exact_sum(row.cost_usd for row in side.values()) for side in (before, after))
    assert exact_sum([old, change.difference_usd]) == new


@given(rows)
def test_without_a_change_nothing_has_an_effect(same: Rows) -> None:
    change = cost_change(same, same)
    assert effects(change) == (0, 0, 0)
    assert change.top == ()


@given(used_rows, st.integers(1, 1000))
def test_more_of_the_same_is_volume_alone(before: Rows, times: int) -> None:
    with localcontext() as context:
        context.prec = 60
        change = cost_change(before, scaled(before, quantity=times, cost=times))
    assert abs(change.price_usd) < usd("1e-30")
    assert abs(change.mix_usd) < usd("1e-30")


@given(used_rows)
def test_prices_that_double_are_price_alone(before: Rows) -> None:
    with localcontext() as context:
        context.prec = 60
        change = cost_change(before, scaled(before, cost=2))
    assert effects(change) == (0, change.difference_usd, 0)


@given(rows, rows)
def test_the_way_back_costs_what_the_way_there_saved(before: Rows, after: Rows) -> None:
    there, back = cost_change(before, after), cost_change(after, before)
    assert there.difference_usd == -back.difference_usd
    assert {part.key for part in there.top} == {part.key for part in back.top}


def test_a_move_to_a_dearer_model_is_mix() -> None:
    before = {GPT: tokens(900, "9"), CLAUDE: tokens(100, "5")}
    after = {GPT: tokens(100, "1"), CLAUDE: tokens(900, "45")}
    assert effects(cost_change(before, after)) == (0, 0, 32)


def test_a_new_model_that_replaces_another_is_mix_and_not_volume() -> None:
    change = cost_change({GPT: tokens(1000, "10")}, {CLAUDE: tokens(1000, "50")})
    assert effects(change) == (0, 0, 40)
    assert change.top == (Part(CLAUDE, usd("50")), Part(GPT, usd("-10")))


def test_a_new_model_beside_the_old_ones_is_volume_at_their_cost_and_mix_beyond() -> None:
    before = {GPT: tokens(1000, "10")}
    change = cost_change(before, before | {CLAUDE: tokens(1000, "50")})
    assert effects(change) == (10, 0, 40)


def test_where_nothing_was_before_all_is_mix() -> None:
    assert effects(cost_change({}, {GPT: tokens(1000, "10")})) == (0, 0, 10)


def test_all_that_is_gone_is_volume() -> None:
    assert effects(cost_change({GPT: tokens(1000, "10")}, {})) == (-10, 0, 0)


def test_tokens_and_calls_are_not_added_up() -> None:
    before = {GPT: tokens(1_000_000, "10"), IMAGES: Volume(calls=10, cost_usd=usd("1"))}
    after = {GPT: tokens(1_000_000, "10"), IMAGES: Volume(calls=30, cost_usd=usd("3"))}
    assert effects(cost_change(before, after)) == (2, 0, 0)


def test_a_key_that_had_no_tokens_on_one_side_is_counted_in_calls() -> None:
    before = {GPT: Volume(calls=10, tokens=0, cost_usd=usd("1"))}
    after = {GPT: Volume(calls=20, tokens=5000, cost_usd=usd("2"))}
    assert effects(cost_change(before, after)) == (1, 0, 0)


def test_the_keys_that_changed_most_are_named_with_what_is_their_own() -> None:
    before = {("p", str(n)): tokens(10, "1") for n in range(TOP + 2)}
    after = {("p", str(n)): tokens(10, str(n * n)) for n in range(TOP + 2)}
    change = cost_change(before, after)
    assert [part.difference_usd for part in change.top] == [35, 24, 15, 8, 3]


def change_of(volume: str, price: str, mix: str) -> CostChange[Key]:
    parts = [usd(volume), usd(price), usd(mix)]
    return CostChange(
        difference_usd=sum(parts, Decimal(0)),
        volume_usd=parts[0],
        price_usd=parts[1],
        mix_usd=parts[2],
        top=(),
    )


@pytest.mark.parametrize(
    ("volume", "price", "mix", "cause"),
    [
        ("81", "0", "2", "volume"),
        ("0", "5", "4", "price"),
        ("-100", "60", "45", "price"),
        ("-100", "50", "20", "volume"),
        ("1", "1", "3", "mix"),
        ("5", "-7", "2", "price"),
        ("0", "0", "0", "volume"),
    ],
)
def test_the_main_cause_is_what_did_most_in_the_direction_of_the_change(
    volume: str, price: str, mix: str, cause: str
) -> None:
    assert main_cause(change_of(volume, price, mix)) == cause
