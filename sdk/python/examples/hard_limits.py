"""A call that is refused before it is made, when a budget that blocks has no room for it.

Needs OPENAI_API_KEY, TRUECOMPUTE_API_KEY and TRUECOMPUTE_URL.
"""

from openai import OpenAI

import truecompute


def ask(client: OpenAI, question: str) -> str:
    try:
        answer = client.chat.completions.create(
            model="gpt-4o",
            messages=[{"role": "user", "content": question}],
            max_completion_tokens=200,  # what is reserved: the less, the more calls find room
        )
    except truecompute.BudgetExceeded as error:
        # A model without a price has none after the reset either.
        when = f" Try again after {error.resets_at}." if error.reason == "limit" else ""
        return f"Not asked: {error}{when}"
    return answer.choices[0].message.content or ""


def main() -> None:
    client = truecompute.wrap(OpenAI(), enforce=True)
    with truecompute.context(project="examples", user="u_123"):
        print(ask(client, "What does a heron eat?"))
        print(ask(client, "And in winter?"))
    truecompute.flush()
    print(truecompute.stats())


if __name__ == "__main__":
    main()
