"""Names of senders in addresses."""

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.exceptions import NotFound
from werkzeug.routing import Map, Rule

from entrypoints.http.converters import LastNameConverter, NameConverter, escaped

MAP = Map(
    [Rule("/models/<name:provider>/<last:model>", endpoint="model")],
    converters={"name": NameConverter, "last": LastNameConverter},
    merge_slashes=False,
)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
HOSTILE = [
    "..",
    ".",
    "a/../b",
    "//x",
    "/",
    "100%",
    "%2F",
    "%2E%2E",
    "a?b#c&d",
    "a\nb",
    "<b>",
    "ä 🦊",
]


def arrived(path: str) -> tuple[str, str]:
    """What a server reads from an address, which it unquotes once before it looks up routes."""
    _, found = MAP.bind("localhost").match(unquote(path))
    return found["provider"], found["model"]


@pytest.mark.parametrize("provider", HOSTILE)
@pytest.mark.parametrize("model", HOSTILE)
def test_any_two_names_arrive_as_they_were(provider: str, model: str) -> None:
    path = f"/models/{escaped(provider, is_last=False)}/{escaped(model, is_last=True)}"
    assert path.count("/") == 3
    assert not {".", "..", "%2e", "%2E"} & set(path.split("/"))
    assert arrived(path) == (provider, model)


@given(provider=NAMES, model=NAMES)
def test_whatever_the_names(provider: str, model: str) -> None:
    path = f"/models/{escaped(provider, is_last=False)}/{escaped(model, is_last=True)}"
    assert arrived(path) == (provider, model)


def test_an_address_may_be_typed_with_the_slashes_of_a_model() -> None:
    assert arrived("/models/openrouter/meta-llama/llama-3") == ("openrouter", "meta-llama/llama-3")
    with pytest.raises(NotFound):
        arrived("/models/openrouter")
