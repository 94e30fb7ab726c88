"""A user changes their password."""

from dataclasses import dataclass, field

from application.accounts.password_rules import check_new_password
from application.ports.passwords import Passwords
from application.ports.unit_of_work import UnitsOfWork
from domain.errors import Unauthenticated
from domain.secret import hash_secret
from domain.user import User


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePasswordRequest:
    """``token`` is the session that the change is made in; it stays."""

    user: User
    token: str = field(repr=False)
    current_password: str = field(repr=False)
    new_password: str = field(repr=False)


class ChangePassword:
    """Replace the password, and end every other session of the user.

    Raises:
        Unauthenticated: ``invalid_credentials``, the current password is wrong.
        Invalid: the new password is not accepted.
    """

    def __init__(self, units_of_work: UnitsOfWork, passwords: Passwords) -> None:
        self._units_of_work = units_of_work
        self._passwords = passwords

    def __call__(self, request: ChangePasswordRequest) -> None:
        user = request.user
        check_new_password(request.new_password, user.email, self._passwords, "/new_password")
        if not self._passwords.matches(request.current_password, user.password_hash):
            raise Unauthenticated("The current password is wrong.", code="invalid_credentials")
        changed = user.with_password_hash(self._passwords.hash(request.new_password))
        with self._units_of_work() as uow:
            uow.users.update(changed)
            uow.sessions.delete_of_user(user.id, except_token_hash=hash_secret(request.token))
            uow.commit()
