"""Under which other names the calls of a model are reported."""

import pytest

from domain.budget_scope import Attribution
from domain.event import Event
from domain.model_answers import MOST_ANSWERS, ModelAnswer, ModelAnswers
from tests.builders import an_api_key, an_event, an_organization

KEY = an_api_key(an_organization())
DATED = ModelAnswer("openai", "gpt-4o", "gpt-4o-2024-08-06")


def call(model: str, requested_model: str | None = None, provider: str = "openai") -> Event:
    return an_event(KEY, provider=provider, model=model, requested_model=requested_model)


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (call("gpt-4o-2024-08-06", "gpt-4o"), {DATED}),
        (call("gpt-4o"), set()),
        (call("gpt-4o", "gpt-4o"), set()),
    ],
)
def test_a_call_tells_which_model_answered_to_which_name(
    event: Event, told: set[ModelAnswer]
) -> None:
    assert ModelAnswers().news_of([event]) == told


def test_a_call_may_be_answered_by_what_has_answered_to_its_name_before() -> None:
    answers = ModelAnswers([DATED, ModelAnswer("gateway", "gpt-4o", "llama")])
    asked = Attribution(provider="openai", model="gpt-4o", project="p")
    told = [(each.model, each.project) for each in answers.attributions(asked)]
    assert told == [("gpt-4o", "p"), ("gpt-4o-2024-08-06", "p")]
    anywhere = answers.attributions(Attribution(model="gpt-4o"))
    assert [each.model for each in anywhere] == ["gpt-4o", "llama", "gpt-4o-2024-08-06"]
    for other in (Attribution(), Attribution(provider="openai", model="gpt-4o-2024-08-06")):
        assert list(answers.attributions(other)) == [other]


def test_only_what_is_not_known_is_news() -> None:
    events = [
        call("gpt-4o-2024-08-06", "gpt-4o"),
        call("o3-1", "o3"),
        call("o3"),
        call("o3-1", "o3"),
    ]
    assert ModelAnswers([DATED]).news_of(events) == {ModelAnswer("openai", "o3", "o3-1")}


def test_where_no_more_can_be_remembered_nothing_is_news() -> None:
    known = [ModelAnswer("openai", "any", str(at)) for at in range(MOST_ANSWERS)]
    assert ModelAnswers(known[1:]).news_of([call("new", "any")])
    assert not ModelAnswers(known).news_of([call("new", "any")])
