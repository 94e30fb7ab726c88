"""People who sign in."""

from abc import abstractmethod
from typing import Protocol

from domain.user import User


class UserRepository(Protocol):
    """Users of all organizations; a person is a user before joining one.

    Methods named ``..._by_email`` come before a tenant is known.
    """

    @abstractmethod
    def add(self, user: User) -> None:
        """Raises ``Conflict`` (``email_taken``) when the e-mail address is known."""

    @abstractmethod
    def get(self, user_id: str) -> User | None:
        """The user, or None."""

    @abstractmethod
    def get_for_update(self, user_id: str) -> User | None:
        """The user, or None; until the unit of work ends, no other one can get or change it so."""

    @abstractmethod
    def find_by_email(self, email: str) -> User | None:
        """The user with this lower-case address, or None."""

    @abstractmethod
    def update(self, user: User) -> None:
        """Store name and password hash; an unknown user is left unknown."""
