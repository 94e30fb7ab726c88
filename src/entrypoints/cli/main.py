"""The command line. Commands import what they need when they run, so that help is quick."""

import sys
from collections.abc import Callable
from typing import TypeVar

import click

Result = TypeVar("Result")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """TrueCompute: the true cost of every AI API call."""


@main.command()
@click.option("--demo", is_flag=True, help="With a sample organization and 90 days of events.")
def up(demo: bool) -> None:  # noqa: FBT001 - click gives flags by name
    """Run everything: the database, the server and the worker, until Ctrl-C."""
    from entrypoints.cli.up import run

    sys.exit(_explained(lambda: run(demo=demo)))


@main.command()
def worker() -> None:
    """Run another worker beside a server that is up."""
    from entrypoints.worker import main as run

    _explained(run)


@main.command()
def migrate() -> None:
    """Bring the database to the tables of this version."""
    from entrypoints.cli.operator import migrate as run

    click.echo(_explained(run))


@main.command("reset-password")
@click.argument("email")
@click.password_option(help="Asked for when it is left out.")
def reset_password(email: str, password: str) -> None:
    """Give a user a new password, and end all of their sessions."""
    from entrypoints.cli.operator import reset_password as run

    click.echo(_explained(lambda: run(email, password)))


def _explained(run: Callable[[], Result]) -> Result:
    """Run, and tell an anticipated error in one sentence instead of a traceback."""
    from domain.errors import TrueComputeError
    from entrypoints.settings import SettingsError

    try:
        return run()
    except TrueComputeError as error:
        raise click.ClickException(error.detail) from None
    except SettingsError as error:
        raise click.ClickException(f"A setting is not usable: {error}") from None
