"""Which passwords are accepted."""

from application.ports.passwords import Passwords
from domain.errors import Invalid
from domain.user import check_password_length


def check_new_password(password: str, email: str, passwords: Passwords, pointer: str) -> None:
    """Refuse a password that is too short, too long, or among the first that attackers try.

    Raises:
        Invalid: with code ``invalid_password`` or ``common_password``.
    """
    check_password_length(password, pointer)
    if password.casefold() == email.casefold() or passwords.is_common(password):
        detail = "is on the list of common passwords; choose another one"
        raise Invalid.at(pointer, detail, code="common_password")
