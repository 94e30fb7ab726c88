"""A person becomes a user."""

from dataclasses import dataclass, field

from application.accounts.password_rules import check_new_password
from application.accounts.session_opening import OpenedSession, open_session
from application.organizations.joining import check_invitation, join
from application.ports.clock import Clock
from application.ports.identifiers import Identifiers
from application.ports.passwords import Passwords
from application.ports.secrets import Secrets
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from domain.errors import Conflict, Forbidden
from domain.text import check_name
from domain.user import User


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUpRequest:
    """``invitation`` is the token of an invitation link, if the person came by one."""

    email: str
    password: str = field(repr=False)
    name: str | None = None
    invitation: str | None = field(default=None, repr=False)


class SignUp:
    """Create a user and sign them in.

    - Open to anybody, or only to the invited when sign-up is closed.
    - With an invitation the new user joins its organization at once.

    Raises:
        Conflict: ``email_taken``.
        Forbidden: ``signup_closed``, or ``invitation_for_another`` e-mail address.
        Invalid: the password or the name is not accepted.
        NotFound: the invitation is unknown, used or expired.
    """

    def __init__(
        self,
        units_of_work: UnitsOfWork,
        passwords: Passwords,
        secrets: Secrets,
        identifiers: Identifiers,
        clock: Clock,
        *,
        is_open: bool,
    ) -> None:
        self._units_of_work = units_of_work
        self._passwords = passwords
        self._secrets = secrets
        self._identifiers = identifiers
        self._clock = clock
        self._is_open = is_open

    def __call__(self, request: SignUpRequest) -> OpenedSession:
        email = request.email.lower()
        check_new_password(request.password, email, self._passwords, "/password")
        name = check_name(request.name, "/name") if request.name else None
        with self._units_of_work() as uow:
            self._check_allowed(uow, email, request.invitation)
        # Hashing takes a quarter of a second; no transaction stays open meanwhile.
        user = User(
            id=self._identifiers.new(),
            email=email,
            name=name,
            password_hash=self._passwords.hash(request.password),
            created_at=self._clock.now(),
        )
        with self._units_of_work() as uow:
            uow.users.add(user)
            if request.invitation:
                join(uow, user, request.invitation, self._clock.now())
            opened = open_session(uow, user, self._secrets, self._clock)
            uow.commit()
        return opened

    def _check_allowed(self, uow: UnitOfWork, email: str, invitation: str | None) -> None:
        if invitation:
            check_invitation(uow, email, invitation, self._clock.now())
        elif not self._is_open:
            raise Forbidden("Sign-up needs an invitation here.", code="signup_closed")
        if uow.users.find_by_email(email) is not None:
            raise Conflict("This e-mail address has an account already.", code="email_taken")
