"""Users in PostgreSQL."""

from sqlalchemy import Connection, Row, insert, select, update

from adapters.sql.tables import users
from application.ports.users import UserRepository
from domain.text import has_unstorable
from domain.user import User


class SqlUserRepository(UserRepository):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, user: User) -> None:
        self._connection.execute(
            insert(users).values(
                id=user.id,
                email=user.email,
                name=user.name,
                password_hash=user.password_hash,
                created_at=user.created_at,
            )
        )

    def get(self, user_id: str) -> User | None:
        found = select(users).where(users.c.id == user_id)
        return _to_user(self._connection.execute(found).one_or_none())

    def get_for_update(self, user_id: str) -> User | None:
        found = select(users).where(users.c.id == user_id)
        # Without the key: sessions and memberships may refer to the user meanwhile.
        locked = found.with_for_update(key_share=True)
        return _to_user(self._connection.execute(locked).one_or_none())

    def find_by_email(self, email: str) -> User | None:
        if has_unstorable(email):
            return None
        found = select(users).where(users.c.email == email)
        return _to_user(self._connection.execute(found).one_or_none())

    def update(self, user: User) -> None:
        changes = {"name": user.name, "password_hash": user.password_hash}
        self._connection.execute(update(users).where(users.c.id == user.id).values(changes))


def _to_user(row: Row[tuple[object, ...]] | None) -> User | None:
    return None if row is None else User(**row._asdict())
