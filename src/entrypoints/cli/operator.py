"""What an operator does beside a running server."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from entrypoints.database import reachable_database
from entrypoints.settings import Settings

if TYPE_CHECKING:  # it takes a second to import, and most commands need none of it
    from entrypoints.container import Container


@contextmanager
def reachable_container() -> Iterator["Container"]:
    """Use cases on the database of the settings, started for the while where nobody serves it."""
    from entrypoints.container import Container

    settings = Settings.from_environment()
    with reachable_database(settings) as url:
        container = Container(settings=replace(settings, database_url=url))
        try:
            yield container
        finally:
            container.engine().dispose()


def migrate() -> str:
    """Bring the tables to this version; what was done, in a sentence."""
    with reachable_database(Settings.from_environment()):
        return "The database has the tables of this version."


def reset_password(email: str, password: str) -> str:
    """Replace a password; what was done, in a sentence.

    Raises:
        NotFound: nobody has this address.
        Invalid: the password is not accepted.
    """
    from application.accounts.reset_password import ResetPasswordRequest

    with reachable_container() as container:
        container.reset_password()(ResetPasswordRequest(email=email, new_password=password))
    return f"The password of {email} is changed, and all of their sessions have ended."
