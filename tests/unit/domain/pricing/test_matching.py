"""Which names mean a model."""

import re

import pytest

from domain.pricing.matching import (
    AllOf,
    AnyOf,
    Clause,
    Contains,
    EndsWith,
    Equals,
    Regex,
    StartsWith,
    spellings,
)


@pytest.mark.parametrize(
    ("clause", "matching", "other"),
    [
        (Equals("gpt-4o"), "gpt-4o", "gpt-4o-mini"),
        (StartsWith("gpt-4o"), "gpt-4o-mini", "my-gpt-4o"),
        (EndsWith("-mini"), "gpt-4o-mini", "mini-gpt"),
        (Contains("sonnet"), "eu.claude-sonnet-4", "claude-opus"),
        (Regex(r"^grok-4\.3-\d{8}$"), "grok-4.3-20260101", "grok-4x3-20260101"),
        (AnyOf((Equals("a"), Equals("b"))), "b", "c"),
        (AllOf((StartsWith("a"), EndsWith("z"))), "abz", "ab"),
    ],
)
def test_a_clause_matches_what_it_says(clause: Clause, matching: str, other: str) -> None:
    assert clause.matches(matching)
    assert not clause.matches(other)


def test_a_broken_pattern_is_refused_when_it_is_made() -> None:
    with pytest.raises(re.error):
        Regex("(")


@pytest.mark.parametrize(
    ("provider", "model", "expected"),
    [
        ("openai", " GPT-4o ", "gpt-4o"),
        ("openai", "openai/gpt-4o", "gpt-4o"),
        ("azure", "azure/gpt-4o", "gpt-4o"),
        ("google", "models/gemini-2.5-pro", "gemini-2.5-pro"),
        ("google", "gemini/gemini-2.5-pro", "gemini-2.5-pro"),
        ("vertex", "publishers/google/models/gemini-2.5-pro", "gemini-2.5-pro"),
        ("vertex", "vertex_ai/claude-sonnet-4@20250514", "claude-sonnet-4-20250514"),
        ("vertex", "anthropic/claude-opus-5@default", "claude-opus-5"),
        (
            "bedrock",
            "arn:aws:bedrock:eu-west-1:123:inference-profile/eu.anthropic.claude-x-v1:0",
            "eu.anthropic.claude-x-v1:0",
        ),
        ("openai", "gpt-5.2-20251211", "gpt-5.2-2025-12-11"),
    ],
)
def test_a_dressed_up_name_is_undressed(provider: str, model: str, expected: str) -> None:
    assert expected in list(spellings(provider, model))


def test_the_name_as_sent_is_tried_first_and_each_name_once() -> None:
    assert list(spellings("openai", "gpt-4o")) == ["gpt-4o"]
    assert next(spellings("fireworks", "accounts/fireworks/models/x")).startswith("accounts/")


def test_another_makers_name_is_part_of_the_name() -> None:
    assert list(spellings("openrouter", "openai/gpt-4o")) == ["openai/gpt-4o"]
    assert list(spellings("groq", "meta/llama-4")) == ["meta/llama-4"]


@pytest.mark.parametrize("strange", ["", "  ", "/", "@", "x@", "@x", "arn:", "models/", "a//b@@c"])
def test_strange_names_give_names_or_none(strange: str) -> None:
    assert all(name == name.lower().strip() for name in spellings("vertex", strange))
