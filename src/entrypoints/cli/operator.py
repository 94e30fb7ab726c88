"""What an operator does beside a running server."""

from dataclasses import replace

from entrypoints.database import reachable_database
from entrypoints.settings import Settings


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
    from entrypoints.container import Container

    settings = Settings.from_environment()
    with reachable_database(settings) as url:
        container = Container(settings=replace(settings, database_url=url))
        container.reset_password()(ResetPasswordRequest(email=email, new_password=password))
        container.engine().dispose()
    return f"The password of {email} is changed, and all of their sessions have ended."
