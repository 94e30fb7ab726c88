"""A chat, a stream and an awaited call of OpenAI's client, each with its cost on the dashboard.

Needs OPENAI_API_KEY, TRUECOMPUTE_API_KEY and TRUECOMPUTE_URL.
"""

import asyncio

from openai import AsyncOpenAI, OpenAI

import truecompute

MODEL = "gpt-4o"


def ask(client: OpenAI, question: str) -> str:
    answer = client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": question}]
    )
    return answer.choices[0].message.content or ""


@truecompute.tag(feature="stream")
def tell(client: OpenAI, question: str) -> None:
    stream = client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": question}], stream=True
    )
    for chunk in stream:
        print(chunk.choices[0].delta.content or "", end="")
    print()


async def ask_later(question: str) -> str:
    async with truecompute.wrap(AsyncOpenAI()) as client:
        answer = await client.chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": question}]
        )
    return answer.choices[0].message.content or ""


def main() -> None:
    client = truecompute.wrap(OpenAI())
    with truecompute.context(project="examples", user="u_123", tags={"feature": "chat"}):
        print(ask(client, "What does a heron eat?"))
        tell(client, "And in winter?")
        print(asyncio.run(ask_later("And at night?")))
    truecompute.flush()
    print(truecompute.stats())


if __name__ == "__main__":
    main()
