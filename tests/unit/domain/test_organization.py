"""A tenant, the people in it and what each of them may do."""

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Conflict, Forbidden
from domain.organization import (
    Role,
    check_may_assign,
    check_owner_remains,
    slug_of,
)
from tests.builders import NOW, a_member, a_user, an_invitation, an_organization


def test_owners_and_admins_manage_and_members_do_not() -> None:
    assert [role for role in Role if role.may_manage] == [Role.OWNER, Role.ADMIN]


@pytest.mark.parametrize("role", Role)
def test_an_owner_may_assign_every_role(role: Role) -> None:
    check_may_assign(Role.OWNER, role)


def test_an_admin_may_assign_all_but_owners() -> None:
    check_may_assign(Role.ADMIN, Role.ADMIN, Role.MEMBER)
    for roles in ((Role.OWNER,), (Role.MEMBER, Role.OWNER), (Role.OWNER, Role.MEMBER)):
        with pytest.raises(Forbidden) as refusal:
            check_may_assign(Role.ADMIN, *roles)
        assert refusal.value.code == "role_required"


@pytest.mark.parametrize("roles", [(), *((role,) for role in Role)])
def test_a_member_may_assign_nothing(roles: tuple[Role, ...]) -> None:
    with pytest.raises(Forbidden):
        check_may_assign(Role.MEMBER, *roles)


def test_one_owner_has_to_remain() -> None:
    check_owner_remains(1)
    with pytest.raises(Conflict) as refusal:
        check_owner_remains(0)
    assert refusal.value.code == "last_owner"


def test_a_member_with_another_role_is_otherwise_the_same() -> None:
    member = a_member(an_organization(), a_user())
    assert member.with_role(Role.ADMIN).role is Role.ADMIN
    assert member.with_role(Role.ADMIN).with_role(Role.MEMBER) == member


def test_an_invitation_is_open_for_seven_days_and_not_a_moment_longer() -> None:
    invitation = an_invitation(an_organization(), token_hash=b"secret-hash")
    end = NOW + timedelta(days=7)
    assert invitation.is_open_at(end - timedelta.resolution)
    assert not invitation.is_open_at(end)
    assert "secret-hash" not in repr(invitation)


@given(st.text(st.characters(codec=None, exclude_categories=())))
def test_every_name_has_a_slug_that_is_safe_in_an_address(name: str) -> None:
    assert re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,46}[a-z0-9])?", slug_of(name))


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Acme", "acme"),
        ("Söhne & Töchter GmbH", "sohne-tochter-gmbh"),
        ("  --A--B--  ", "a-b"),
        ("日本", "organization"),
        ("", "organization"),
        ("x" * 100, "x" * 48),
        ("x" * 47 + " yz", "x" * 47),
    ],
)
def test_slugs(name: str, slug: str) -> None:
    assert slug_of(name) == slug
