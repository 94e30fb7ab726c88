"""The command line. Commands import what they need when they run, so that help is quick."""

import sys
from collections.abc import Callable
from typing import BinaryIO, TypeVar

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


@main.command()
def verify() -> None:
    """Work out every sum anew from the calls, and name each that is wrong."""
    from entrypoints.cli.rollups import verify as run

    told, is_sound = _explained(run)
    click.echo(told)
    sys.exit(0 if is_sound else 1)


@main.command()
def rebuild() -> None:
    """Make the sums that reports read anew from the calls."""
    from entrypoints.cli.rollups import rebuild as run

    click.echo(_explained(run))


@main.command("reset-password")
@click.argument("email")
@click.password_option(help="Asked for when it is left out.")
def reset_password(email: str, password: str) -> None:
    """Give a user a new password, and end all of their sessions."""
    from entrypoints.cli.operator import reset_password as run

    click.echo(_explained(lambda: run(email, password)))


@main.group()
def prices() -> None:
    """The price book: what is in force, and how to replace it."""


@prices.command("status")
def prices_status() -> None:
    """Say which book is in force, how old it is, and which one waits."""
    from entrypoints.cli.prices import status as run

    click.echo(_explained(run))


@prices.command("export")
@click.argument("file", type=click.File("wb"))
def prices_export(file: BinaryIO) -> None:
    """Write the bundled book to FILE ("-" for the output), to change it."""
    from entrypoints.cli.prices import export as run

    file.write(_explained(run))


@prices.command("stage")
@click.argument("file", type=click.File("rb"))
def prices_stage(file: BinaryIO) -> None:
    """Check the book in FILE ("-" for the input), keep it, and show what it would change."""
    from entrypoints.cli.prices import stage as run

    click.echo(_explained(lambda: run(file.read())))


@prices.command("compare")
def prices_compare() -> None:
    """Show what the staged book would change."""
    from entrypoints.cli.prices import stage as run

    click.echo(_explained(lambda: run(None)))


@prices.command("activate")
@click.option("--accept", metavar="REASON", help="Take it in spite of what speaks against it.")
def prices_activate(accept: str | None) -> None:
    """Put the staged book in force, in every process within seconds."""
    from entrypoints.cli.prices import activate as run

    click.echo(_explained(lambda: run(accept)))


@prices.command("discard")
def prices_discard() -> None:
    """Forget the staged book."""
    from entrypoints.cli.prices import discard as run

    click.echo(_explained(run))


@prices.command("use-bundled")
def prices_use_bundled() -> None:
    """Go back to the book that comes with the server."""
    from entrypoints.cli.prices import use_bundled as run

    click.echo(_explained(run))


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
