"""How soon alerts arrive beside receivers that are slow."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socketserver import BaseRequestHandler, ThreadingTCPServer

from benchmarks.budgets.databases import application, percentiles, say
from entrypoints.sending import Sending
from tests.budget_races import Account
from tests.integration.database import PostgresServer

FAST_RECEIVERS, SLOW_RECEIVERS, ALERTS = 10, 50, 20


class _Fast(BaseRequestHandler):
    def handle(self) -> None:
        self.request.recv(65536)
        self.request.sendall(b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n")


class _Slow(BaseRequestHandler):
    """A byte a second, until the sender has had enough."""

    def handle(self) -> None:
        self.request.recv(65536)
        try:
            for byte in b"HTTP/1.1 204 No Content\r\n" * 100:
                self.request.sendall(bytes([byte]))
                time.sleep(1)
        except OSError:
            return


@contextmanager
def listening(handler: type[BaseRequestHandler]) -> Iterator[str]:
    with ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads, server.block_on_close = True, False
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


def fan_out(server: PostgresServer) -> None:
    """Alerts to fast receivers of one organization, beside another's whose receivers drip."""
    with application(server) as container, listening(_Fast) as fast, listening(_Slow) as slow:
        dripping, good = Account.on(container), Account.on(container)
        for account, url, number in (
            (dripping, slow, SLOW_RECEIVERS),
            (good, fast, FAST_RECEIVERS),
        ):
            for _ in range(number):
                account.add_channel(url)
            account.set_budget(thresholds=tuple(range(1, ALERTS + 1)))
        stopping = threading.Event()
        sender = threading.Thread(target=Sending(container.send_next(), stopping).run)
        sender.start()
        try:
            for _ in range(ALERTS):
                for account in (dripping, good):
                    container.ingest_events()(account.call("1"))
                time.sleep(1)
            delays = wait_for(lambda: delivered(good), FAST_RECEIVERS * ALERTS)
        finally:
            stopping.set()
            sender.join()
    _, most, _ = percentiles(delays)
    say(
        f"{FAST_RECEIVERS} receivers beside {SLOW_RECEIVERS} that drip, {ALERTS} alerts:"
        f" 95 of 100 within {most:.2f} s, the last after {max(delays):.2f} s"
    )


def delivered(account: Account) -> list[float]:
    """Seconds from the alert to the answer, of all that were delivered."""
    of = account.key.organization_id
    with account.container.units_of_work()() as uow:
        found = [
            delivery
            for channel in uow.channels.list(of)
            for delivery in uow.deliveries.of_channel(of, channel.id)
        ]
    return [
        (each.delivered_at - each.created_at).total_seconds() for each in found if each.delivered_at
    ]


def wait_for(ask: Callable[[], list[float]], number: int) -> list[float]:
    deadline = time.monotonic() + 120
    while len(found := ask()) < number and time.monotonic() < deadline:
        time.sleep(0.5)
    if len(found) < number:
        raise RuntimeError(f"{len(found)} of {number} were delivered")
    return found
