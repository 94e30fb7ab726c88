"""Which domain error a broken named constraint means."""

from domain.errors import Conflict, TrueComputeError

#: Name of a constraint -> the code and the text of the conflict.
CONSTRAINT_TO_CONFLICT = {
    "uq_users_email": ("email_taken", "This e-mail address has an account already."),
    "uq_organizations_slug": ("slug_taken", "This slug is taken."),
    "uq_members_user_id": ("already_member", "This user is a member of an organization already."),
    "pk_members": ("already_member", "This user is a member already."),
}


def conflict_for(constraint: str | None) -> TrueComputeError | None:
    """The error for a constraint; None for one that only a programming error can break."""
    found = CONSTRAINT_TO_CONFLICT.get(constraint or "")
    return Conflict(found[1], code=found[0]) if found else None
