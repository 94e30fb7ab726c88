"""The steps that bring a database to the tables of this version."""

from typing import TYPE_CHECKING

from adapters.sql.revision import MIGRATIONS
from domain.errors import Unavailable

if TYPE_CHECKING:
    from alembic.config import Config


def upgrade(url: str, revision: str = "head") -> None:
    """Run the missing migrations up to ``revision``; several processes may do so at once.

    Raises:
        Unavailable: the database is of a newer version than the program.
    """
    # Alembic takes half a second to import, and only this needs it.
    from alembic import command
    from alembic.util import CommandError

    try:
        command.upgrade(_config(url), revision)
    except CommandError as error:
        detail = f"The database does not fit this version of the program: {error}."
        raise Unavailable(detail) from error


def downgrade(url: str, revision: str) -> None:
    """Take migrations back down to ``revision``; ``base`` leaves no table."""
    from alembic import command

    command.downgrade(_config(url), revision)


def _config(url: str) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", _escaped(str(MIGRATIONS)))
    config.set_main_option("path_separator", "os")
    config.set_main_option("sqlalchemy.url", _escaped(url))
    return config


def _escaped(option: str) -> str:
    """Alembic's options are read by configparser, to which a percent sign is special."""
    return option.replace("%", "%%")
