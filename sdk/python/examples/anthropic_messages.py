"""A message and a stream of Anthropic's client, each with its cost on the dashboard.

Needs ANTHROPIC_API_KEY, TRUECOMPUTE_API_KEY and TRUECOMPUTE_URL.
"""

from anthropic import Anthropic
from anthropic.types import MessageParam

import truecompute

MODEL = "claude-opus-4-8"


def question(text: str) -> list[MessageParam]:
    return [{"role": "user", "content": text}]


def main() -> None:
    client = truecompute.wrap(Anthropic())
    with truecompute.context(project="examples", session="s_9"):
        client.messages.create(
            model=MODEL, max_tokens=200, messages=question("What does a heron eat?")
        )
        with client.messages.stream(
            model=MODEL, max_tokens=200, messages=question("And in winter?")
        ) as stream:
            for text in stream.text_stream:
                print(text, end="")
    print()
    truecompute.flush()
    print(truecompute.stats())


if __name__ == "__main__":
    main()
