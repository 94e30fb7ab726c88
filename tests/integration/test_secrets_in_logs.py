"""No secret reaches the server's log, nor the database in the clear."""

import json
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from tests.integration.server import PATIENCE_S, served

PASSWORD = "canary-of-the-password"
NEW_PASSWORD = "canary-of-the-new-password"


class Browser:
    """Keeps the session cookie."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._address = (parts.hostname or "", parts.port)
        self.cookie = ""

    def ask(self, method: str, path: str, body: object = None, key: str = "") -> dict[str, object]:
        headers = {"Cookie": self.cookie, "Content-Type": "application/json"}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        with closing(HTTPConnection(*self._address, timeout=PATIENCE_S)) as connection:
            connection.request(method, path, json.dumps(body) if body else None, headers)
            answer = connection.getresponse()
            text = answer.read()
        if cookie := answer.getheader("Set-Cookie"):
            self.cookie = cookie.partition(";")[0]
        found: dict[str, object] = json.loads(text) if text.startswith(b"{") else {}
        return found


def test_passwords_keys_sessions_and_invitations_are_in_no_log_and_no_table(
    database_url: str, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with served(database_url, log, LOG_LEVEL="debug") as url:
        secrets = use_every_secret(Browser(url))
    logged = log.read_text()
    assert "/api/v1/onboard" in logged, "the requests were logged"
    stored = everything_in(database_url)
    assert "ann@example.com" in stored, "the tables were read"
    assert len(secrets) == len(set(secrets)) == 6
    assert [secret for secret in secrets if secret in logged or secret in stored] == []


def use_every_secret(browser: Browser) -> list[str]:
    """Use each kind of secret rightly and wrongly, and return them all."""
    account = {"email": "ann@example.com", "password": PASSWORD}
    browser.ask("POST", "/api/auth/signup", account)
    created = browser.ask("POST", "/api/v1/onboard", {"organization_name": "Acme"})["api_key"]
    assert isinstance(created, dict)
    key = str(created["secret"])
    browser.ask("POST", "/api/v1/events", {"id": "?"}, key)
    browser.ask("POST", "/api/v1/events", {"id": "?"}, key[:-1] + "!")
    browser.ask("GET", f"/api/v1/usage?key={key}")
    invitation = browser.ask("POST", "/api/v1/members", {"email": "b@x.io", "role": "member"})
    link = str(invitation["invitation_url"])
    browser.ask("GET", urlsplit(link).path)
    change = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    browser.ask("POST", "/api/auth/password", change)
    first_session = browser.cookie.partition("=")[2]
    browser.ask("POST", "/api/auth/login", account)
    browser.ask("POST", "/api/auth/login", account | {"password": NEW_PASSWORD})
    session = browser.cookie.partition("=")[2]
    return [PASSWORD, NEW_PASSWORD, key, link.rpartition("/")[2], first_session, session]


def everything_in(database_url: str) -> str:
    """All rows of all tables as text."""
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
        tables = connection.execute(
            "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
        rows = [
            row
            for (table,) in tables
            for row in connection.execute(f"SELECT t::text FROM {table} t")  # noqa: S608
        ]
    return "\n".join(text for (text,) in rows)
