"""How long an asyncio loop stands still while it makes wrapped calls: run by ``benchmarks.sdk``.

Each program awaits one call after another of a client whose HTTP is answered in the process, as
fast as it can, while events are written out in a thread. A second task is woken on every turn of
the loop: the longest time between two of its turns is the stall. A bare client beside it tells how
much of that is the client's own. Collections of garbage are held back in both.
"""

import asyncio
import gc
import importlib
import json
import sys
import time
from typing import Any

from benchmarks.sdk_call import ANSWER, MESSAGES

CALLS, WARM_UP = 5_000, 300


async def stalls(client: Any, calls: int) -> list[float]:
    """The seconds of each turn of the loop during so many calls, sorted."""
    turns: list[float] = []
    is_over = asyncio.Event()

    async def watch() -> None:
        last = time.perf_counter()
        while not is_over.is_set():
            await asyncio.sleep(0)
            now = time.perf_counter()
            turns.append(now - last)
            last = now

    watching = asyncio.create_task(watch())
    for _ in range(calls):
        await client.chat.completions.create(model="gpt-4o", messages=MESSAGES)
        await asyncio.sleep(0)  # a call that no network delays gives no turn by itself
    is_over.set()
    await watching
    return sorted(turns)


async def measured(name: str, sink: str) -> list[float]:
    openai: Any = importlib.import_module("openai")
    base: Any = importlib.import_module("openai._base_client")
    http: Any = importlib.import_module("httpx2" if hasattr(base, "httpx2") else "httpx")
    body = json.dumps(ANSWER).encode()
    headers = {"content-type": "application/json"}
    transport = http.MockTransport(lambda _: http.Response(200, content=body, headers=headers))
    client = openai.AsyncOpenAI(
        api_key="k", base_url="http://x/v1", http_client=http.AsyncClient(transport=transport)
    )
    if name == "wrapped":
        sdk: Any = importlib.import_module("truecompute")
        sdk.Client(api_key="k", base_url=sink).wrap(client)
    await stalls(client, WARM_UP)
    gc.collect()
    gc.disable()
    return await stalls(client, CALLS)


if __name__ == "__main__":
    turns = asyncio.run(measured(*sys.argv[1:]))
    late = [turns[int(len(turns) * share)] * 1e3 for share in (0.99, 0.999)]
    print(json.dumps({"p99": late[0], "p999": late[1], "max": turns[-1] * 1e3}))
