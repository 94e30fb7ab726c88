"""Addresses that leave the server; they begin with the configured one, never with a header's."""


def invitation_url(app_url: str, token: str) -> str:
    """The page by which somebody joins."""
    return f"{app_url}/invitations/{token}"
