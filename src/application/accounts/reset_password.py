"""An operator gives a user a new password."""

from dataclasses import dataclass, field

from application.accounts.password_rules import check_new_password
from application.ports.passwords import Passwords
from application.ports.unit_of_work import UnitsOfWork
from domain.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetPasswordRequest:
    email: str
    new_password: str = field(repr=False)


class ResetPassword:
    """Replace a forgotten password, and end every session of the user.

    - For somebody with access to the server; no route leads here.

    Raises:
        NotFound: nobody has this e-mail address.
        Invalid: the new password is not accepted.
    """

    def __init__(self, units_of_work: UnitsOfWork, passwords: Passwords) -> None:
        self._units_of_work = units_of_work
        self._passwords = passwords

    def __call__(self, request: ResetPasswordRequest) -> None:
        email = request.email.lower()
        check_new_password(request.new_password, email, self._passwords, "/password")
        password_hash = self._passwords.hash(request.new_password)
        with self._units_of_work() as uow:
            user = uow.users.find_by_email(email)
            if user is None:
                raise NotFound(f"No user has the e-mail address {email}.")
            # A sign-in with the old password ends before this, or sees the new one.
            uow.users.get_for_update(user.id)
            uow.users.update(user.with_password_hash(password_hash))
            uow.sessions.delete_of_user(user.id)
            uow.commit()
