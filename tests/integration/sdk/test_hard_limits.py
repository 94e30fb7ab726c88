"""A budget that is exceeded: one signed webhook, one e-mail, a red bar, and no further call."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import openai
import pytest
from flask import Flask
from standardwebhooks import Webhook

import truecompute
from fakes.routes import ROUTES
from fakes.server import FakeProvider
from tests.http_client import Team, application, body_of, found
from tests.integration.database import PostgresServer, temporary_database
from tests.integration.sdk.clients import openais
from tests.integration.server import PATIENCE_S, ROOT, served
from tests.unit.adapters.notification.mail_servers import Mailbox, mail_server

MESSAGES: Any = [{"role": "user", "content": "Hi"}]
LOOPBACK = "127.0.0.0/8"
LEAD = "lead@example.com"


class Hooks:
    """A receiver of webhooks, which takes everything and says when something came."""

    def __init__(self) -> None:
        self.received: list[tuple[dict[str, str], bytes]] = []
        self.came = threading.Condition()
        hooks = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                self.send_response(204)
                self.end_headers()
                with hooks.came:
                    hooks.received.append((headers, body))
                    hooks.came.notify_all()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"

    def wait(self, number: int) -> None:
        with self.came:
            assert self.came.wait_for(lambda: len(self.received) >= number, PATIENCE_S)


@contextmanager
def receiving() -> Iterator[Hooks]:
    hooks = Hooks()
    thread = threading.Thread(target=hooks.server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield hooks
    finally:
        hooks.server.shutdown()
        hooks.server.server_close()
        thread.join()


@contextmanager
def working(database_url: str, log: Path, **environment: str) -> Iterator[None]:
    """A worker, as an operator has it, until the context ends."""
    settings = {"PYTHONPATH": str(ROOT / "src"), "DATABASE_URL": database_url}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", "from entrypoints.worker import main; main()"],
            cwd=ROOT, env=os.environ | settings | environment,
            stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE_S)


@pytest.fixture(scope="module")
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    with mail_server(enable_SMTPUTF8=False) as running:
        yield running


@pytest.fixture(scope="module")
def running(
    postgres: PostgresServer,
    migrated_template: str,
    mailbox: tuple[Mailbox, int],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Flask, str]]:
    """The application, a server and a worker on one database, with a mail server beside."""
    logs, smtp = tmp_path_factory.mktemp("logs"), f"smtp://127.0.0.1:{mailbox[1]}"
    environment = {
        "SMTP_URL": smtp, "SMTP_FROM": "costs@example.com", "WEBHOOK_ALLOWED_NETWORKS": LOOPBACK,
    }  # fmt: skip
    with (
        temporary_database(postgres, migrated_template) as database,
        application(database, smtp_url=smtp, smtp_from="costs@example.com",
                    webhook_allowed_networks=(ip_network(LOOPBACK),)) as app,
        served(database, logs / "server", **environment) as url,
        working(database, logs / "worker", APP_URL=url, **environment),
    ):  # fmt: skip
        yield app, url


@pytest.fixture
def team(running: tuple[Flask, str]) -> Team:
    return found(running[0])


def create(team: Team, path: str, **fields: object) -> dict[str, Any]:
    answer = team.owner.client.post(f"/api/v1/{path}", json=fields)
    assert answer.status_code == 201, answer.text
    return body_of(answer)


def test_a_budget_that_is_exceeded_is_told_once_everywhere_and_stops_the_next_call(
    running: tuple[Flask, str], mailbox: tuple[Mailbox, int], team: Team
) -> None:
    with receiving() as hooks, FakeProvider(ROUTES).running() as provider:
        secret = create(team, "channels", type="webhook", name="Hook", url=hooks.url)["secret"]
        create(team, "channels", type="email", name="Lead", address=LEAD)
        budget = create(
            team, "budgets", name="Trial", limit_usd="1", enforcement="block",
            scope={"project": "trial"}, thresholds=[100], forecast_thresholds=[],
        )  # fmt: skip
        with (
            truecompute.Client(api_key=team.key, base_url=running[1]) as tc,
            openai.OpenAI(api_key="k", base_url=f"{provider.url}/v1") as client,
            truecompute.context(project="trial"),
        ):
            # 400,000 tokens of gpt-4o's input are a dollar.
            tc.track(provider="openai", model="gpt-4o", usage={"input": 400_000})
            assert tc.flush(20)
            limited = tc.wrap(client, enforce=True)
            with pytest.raises(truecompute.BudgetExceeded) as refused:
                limited.chat.completions.create(model="gpt-4o", messages=MESSAGES)
        assert provider.requests == []
        assert (refused.value.budget_id, refused.value.budget_name) == (budget["id"], "Trial")
        assert refused.value.remaining_usd == Decimal(0)
        hooks.wait(1)
        [(headers, body)] = hooks.received
    told = Webhook(secret).verify(body, headers)
    assert told == json.loads(body)
    assert told["type"] == "budget.threshold_reached"
    assert told["data"]["budget"] == {"id": budget["id"], "name": "Trial", "limit_usd": "1"}
    assert (told["data"]["threshold"], told["data"]["spent_usd"]) == (100, "1")
    page = team.owner.client.get("/dashboard/budgets").text
    assert "meter-exceeded" in page
    delivered = wait_until_delivered(team)
    assert {each["state"] for each in delivered} == {"delivered"}
    assert [each.rcpt_tos for each in mailbox[0].envelopes] == [[LEAD]]
    assert "Trial" in str(mailbox[0].messages[0]["Subject"])


def wait_until_delivered(team: Team) -> list[dict[str, Any]]:
    """The deliveries of the one alert, when both are done; pytest's own time-out is the end."""
    while True:
        (alert,) = body_of(team.owner.client.get("/api/v1/alerts"))["data"]
        deliveries: list[dict[str, Any]] = alert["deliveries"]
        if len(deliveries) == 2 and all(each["state"] != "pending" for each in deliveries):
            return deliveries


def test_calls_that_fit_are_made_and_settled_to_the_last_digit(
    running: tuple[Flask, str], team: Team
) -> None:
    budget = create(team, "budgets", name="Trial", limit_usd="1", enforcement="block")
    with (
        FakeProvider(ROUTES).running() as provider,
        truecompute.Client(api_key=team.key, base_url=running[1]) as tc,
        openai.OpenAI(api_key="k", http_client=openais(provider)) as client,
    ):
        limited = tc.wrap(client, enforce=True)
        limited.chat.completions.create(model="gpt-4o", messages=MESSAGES)
        assert tc.flush(20)
        assert len(provider.requests) == 1
    (found_,) = body_of(team.owner.client.get("/api/v1/budgets"))["data"]
    assert found_["id"] == budget["id"]
    status = found_["status"]
    assert status["reserved_usd"] == "0"
    assert status["spent_usd"] == team.usage()["totals"]["cost_usd"]
