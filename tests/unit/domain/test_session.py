"""A signed-in browser."""

from datetime import timedelta

from tests.builders import NOW, a_session, a_user

SESSION = a_session(a_user(), token_hash=b"secret-hash")


def test_a_session_is_valid_for_thirty_days_and_not_a_moment_longer() -> None:
    end = NOW + timedelta(days=30)
    assert SESSION.is_valid_at(NOW)
    assert SESSION.is_valid_at(end - timedelta.resolution)
    assert not SESSION.is_valid_at(end)


def test_a_session_in_a_log_does_not_show_its_hash() -> None:
    assert "secret-hash" not in repr(SESSION)
