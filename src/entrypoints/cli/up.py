"""Everything at once: the database, the server and the worker, as children of this process."""

import http.client
import signal
import socket
import time
from contextlib import ExitStack
from dataclasses import replace
from types import FrameType

import click

from domain.errors import Unavailable
from entrypoints.cli.processes import Child, environment_for
from entrypoints.database import ServingDatabase, serving_database
from entrypoints.settings import Settings

_READY_TIMEOUT_S = 60.0
_LOOK_EVERY_S = 0.05


class _Stopped(Exception):
    """Ctrl-C or SIGTERM."""


def run(*, demo: bool) -> int:
    """Serve until Ctrl-C or SIGTERM; the exit status of the command.

    Raises:
        SettingsError: a variable is not usable.
        Unavailable: the database does not start or ends, or something else has the port.
    """
    settings = Settings.from_environment()
    if demo:
        # Sample data never mixes with real data: its password is known to everybody.
        demo_data = settings.data_dir / "demo"
        settings = replace(settings, data_dir=demo_data, database_url=None, signup_is_open=True)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    try:
        _serve(settings, demo=demo)
    except _Stopped:
        return 0
    click.echo("The server has ended by itself; its log is above.", err=True)
    return 1


def _stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a signal handler's
    # A second signal must not cut the first one's cleaning up short.
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, signal.SIG_IGN)
    raise _Stopped


def _serve(settings: Settings, *, demo: bool) -> None:
    _check_port(settings)
    with ExitStack() as stack:
        database = stack.enter_context(serving_database(settings))
        settings = replace(settings, database_url=database.url)
        if demo:
            _seed(settings)
        environment = environment_for(settings)
        config = ["-c", "python:entrypoints.http.gunicorn_config", "entrypoints.http.wsgi:app"]
        server = stack.enter_context(Child("gunicorn", config, environment))
        _wait_until_ready(server, database, settings)
        worker = stack.enter_context(Child("entrypoints.worker_process", [], environment))
        click.echo(f"TrueCompute is ready: open {settings.app_url}  (Ctrl-C ends it)")
        try:
            _watch(server, worker, database)
        except _Stopped:
            click.echo("Stopping: what is under way is finished first, for some seconds.")
            raise


def _check_port(settings: Settings) -> None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            detail = f"Cannot listen on {settings.host} port {settings.port} ({error.strerror})."
            raise Unavailable(f"{detail} Set PORT to another one.") from None


def _wait_until_ready(server: Child, database: ServingDatabase, settings: Settings) -> None:
    deadline = time.monotonic() + _READY_TIMEOUT_S
    while not _is_ready(settings):
        _check_running(database)
        if not server.is_running() or time.monotonic() > deadline:
            raise Unavailable("The server did not start; its log is above.")
        time.sleep(_LOOK_EVERY_S)


def _is_ready(settings: Settings) -> bool:
    every_address = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - asked, not listened on
    host = every_address.get(settings.host, settings.host)
    connection = http.client.HTTPConnection(host, settings.port, timeout=5)
    try:
        connection.request("GET", "/api/health")
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()


def _watch(server: Child, worker: Child, database: ServingDatabase) -> None:
    """Until the server or the database ends; a worker that ended is started again."""
    while server.is_running():
        _check_running(database)
        if not worker.is_running():
            click.echo("The worker has ended and is started again.", err=True)
            time.sleep(1)
            worker.start()
        time.sleep(0.5)


def _check_running(database: ServingDatabase) -> None:
    if not database.is_running():
        raise Unavailable("PostgreSQL has ended by itself; its log is in the data folder.")


def _seed(settings: Settings) -> None:
    from datetime import UTC, datetime

    from entrypoints.cli.demo import seed
    from entrypoints.container import Container

    click.echo("Preparing the demo's data; the first time takes some 20 seconds ...")
    container = Container(settings=settings)
    account = seed(container, now=datetime.now(UTC))
    container.engine().dispose()
    click.echo(f"Sign in as {account.email} with the password: {account.password}")
    if account.api_key is not None:
        click.echo(f"A key to send events with, shown this once: {account.api_key}")
