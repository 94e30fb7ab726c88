"""`truecompute up` as an operator meets it: one command that starts all and leaves nothing."""

import http.client
import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.processes import (
    COMMAND,
    alive,
    environment,
    eventually,
    everything_started_by,
    free_port,
)

PASSWORD = "a long and good password"


def test_a_second_start_keeps_the_data_and_sigterm_ends_everything(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path, port) as first:
        assert ask(port, "POST", "/api/auth/signup", account("ann@example.com"))[0] == 201
        started = everything_started_by(first)
        first.send_signal(signal.SIGTERM)
        assert first.wait(60) == 0
        assert len(started) >= 4, "the server, its workers, the worker and PostgreSQL"
        eventually(lambda: not alive(started))
    with running(tmp_path, port):
        assert ask(port, "POST", "/api/auth/login", account("ann@example.com"))[0] == 200


def test_ctrl_c_ends_it_without_a_traceback(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path, port) as process:
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    assert "Traceback" not in (tmp_path / "output").read_text()


def test_kill_9_of_the_command_ends_what_it_started(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path, port) as process:
        started = everything_started_by(process)
        process.kill()
        process.wait(60)
        eventually(lambda: not alive(started))
    with running(tmp_path, port):
        assert ask(port, "GET", "/api/health")[0] == 200


def test_the_end_of_postgresql_ends_everything(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path, port) as process:
        eventually(lambda: b"is ready" in (tmp_path / "output").read_bytes())
        started = everything_started_by(process)
        postmaster = (tmp_path / "data" / "postgres" / "postmaster.pid").read_text().split()[0]
        os.kill(int(postmaster), signal.SIGKILL)
        assert process.wait(60) == 1
        eventually(lambda: not alive(started))
    assert "PostgreSQL has ended by itself" in (tmp_path / "output").read_text()


def test_a_forgotten_password_is_replaced_beside_the_running_server(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path, port):
        ask(port, "POST", "/api/auth/signup", account("ann@example.com"))
        command = [COMMAND, "reset-password", "ann@example.com", "--password", "another password!"]
        done = subprocess.run(
            command, env=environment(tmp_path, port), capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        assert ask(port, "POST", "/api/auth/login", account("ann@example.com"))[0] == 401
        changed = account("ann@example.com") | {"password": "another password!"}
        assert ask(port, "POST", "/api/auth/login", changed)[0] == 200


def test_a_password_is_not_looked_for_where_there_is_no_data(tmp_path: Path) -> None:
    command = [COMMAND, "reset-password", "ann@example.com", "--password", "another password!"]
    done = subprocess.run(
        command, env=environment(tmp_path, 1), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert "There is no data folder" in done.stderr
    assert not (tmp_path / "data").exists()


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        output = failed_start(tmp_path, {"PORT": str(port)})
    assert f"port {port}" in output
    assert "Traceback" not in output


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"),
        ("PORT", "70000"),
        ("WEB_CONCURRENCY", "0"),
        ("SIGNUP", "maybe"),
        ("LOG_LEVEL", "loud"),
        ("TRUSTED_PROXIES", "-1"),
        ("DATABASE_URL", "mysql://root@localhost/x"),
        ("APP_URL", "costs.example.com"),
    ],
)
def test_a_setting_that_is_not_usable_is_named(tmp_path: Path, name: str, value: str) -> None:
    output = failed_start(tmp_path, {name: value})
    assert name in output
    assert "Traceback" not in output


def test_a_database_that_cannot_be_reached_is_said_in_one_sentence(tmp_path: Path) -> None:
    url = f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"
    output = failed_start(tmp_path, {"DATABASE_URL": url})
    assert "The database cannot be reached" in output
    assert "Traceback" not in output


@contextmanager
def running(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The command, ready to serve; ended at the latest when the context is left."""
    with (folder / "output").open("ab") as output:
        process = subprocess.Popen(
            [COMMAND, "up"], env=environment(folder, port), stdout=output, stderr=output
        )
    try:
        eventually(lambda: process.poll() is None and answers(port))
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(60)


def failed_start(folder: Path, settings: dict[str, str]) -> str:
    """What the command says when it cannot start."""
    done = subprocess.run(
        [COMMAND, "up"],
        env=environment(folder, free_port()) | settings,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    return done.stderr


def account(email: str) -> dict[str, str]:
    return {"email": email, "password": PASSWORD}


def ask(port: int, method: str, path: str, body: object = None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        headers = {"Content-Type": "application/json"} if body else {}
        connection.request(method, path, json.dumps(body) if body else None, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def answers(port: int) -> bool:
    try:
        return ask(port, "GET", "/api/health")[0] == 200
    except OSError:
        return False
