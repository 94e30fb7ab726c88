"""Users in memory."""

from dataclasses import replace

from adapters.memory.state import State
from application.ports.users import UserRepository
from domain.errors import Conflict
from domain.user import User


class InMemoryUserRepository(UserRepository):
    def __init__(self, state: State) -> None:
        self._users = state.users

    def add(self, user: User) -> None:
        if self.find_by_email(user.email) is not None:
            raise Conflict("This e-mail address has an account already.", code="email_taken")
        self._users[user.id] = user

    def get(self, user_id: str) -> User | None:
        return self._users.get(user_id)

    def get_for_update(self, user_id: str) -> User | None:
        # Writers take turns here, so that every get is one for update.
        return self.get(user_id)

    def find_by_email(self, email: str) -> User | None:
        return next((user for user in self._users.values() if user.email == email), None)

    def update(self, user: User) -> None:
        stored = self._users.get(user.id)
        if stored is not None:
            self._users[user.id] = replace(stored, name=user.name, password_hash=user.password_hash)
