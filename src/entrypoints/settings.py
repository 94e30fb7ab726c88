"""What an operator sets, read from the environment once and checked at the start."""

from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from environs import Env, EnvError
from marshmallow import validate

from domain.retention import LONGEST_DAYS, SHORTEST_DAYS

_PG_VARIABLES = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE")


class SettingsError(Exception):
    """A variable that is not usable; the text names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """``database_url`` None means the embedded PostgreSQL in ``data_dir``.

    Limits are in events a second; None is without one. ``smtp_url`` None sends no mail; with it
    there is always an ``smtp_from``. ``pages_language`` None is each reader's own.
    """

    database_url: str | None = field(repr=False)
    data_dir: Path
    host: str
    port: int
    app_url: str
    web_concurrency: int
    threads: int
    log_level: str
    signup_is_open: bool
    trusted_proxies: int
    password_cost: int
    retention_days: int | None = None
    metrics_token: str | None = field(default=None, repr=False)
    limit_per_key: int | None = None
    limit_per_organization: int | None = None
    smtp_url: str | None = field(default=None, repr=False)
    smtp_from: str | None = None
    webhook_allowed_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    pages_language: str | None = None

    @property
    def most_large_requests(self) -> int:
        """Threads of a process that one organization's large requests may hold at once."""
        return max(1, self.threads // 2)

    @property
    def cookies_are_secure(self) -> bool:
        """Whether browsers reach the server by https, so that cookies may insist on it."""
        return self.app_url.startswith("https://")

    @classmethod
    def from_environment(cls) -> "Settings":
        """Raises ``SettingsError`` for the first variable that is not usable."""
        try:
            return _read(Env())
        except EnvError as error:
            raise SettingsError(str(error)) from None


def _read(env: Env) -> Settings:
    host = env.str("HOST", "127.0.0.1")
    port = env.int("PORT", 5000, validate=validate.Range(1, 65535))
    smtp_url, smtp_from = _smtp(env)
    return Settings(
        database_url=_database_url(env),
        data_dir=Path(env.str("TRUECOMPUTE_DATA_DIR", "./.truecompute")).absolute(),
        host=host,
        port=port,
        app_url=_app_url(env, host, port),
        web_concurrency=env.int("WEB_CONCURRENCY", 2, validate=validate.Range(1, 64)),
        threads=env.int("WEB_THREADS", 16, validate=validate.Range(1, 64)),
        log_level=env.str(
            "LOG_LEVEL", "info", validate=validate.OneOf(["debug", "info", "warning", "error"])
        ),
        signup_is_open=env.str("SIGNUP", "open", validate=validate.OneOf(["open", "closed"]))
        == "open",
        trusted_proxies=env.int("TRUSTED_PROXIES", 0, validate=validate.Range(0, 10)),
        # OWASP advises a cost that takes about a quarter of a second; tests lower it.
        password_cost=env.int("PASSWORD_COST", 12, validate=validate.Range(4, 16)),
        retention_days=_retention(env),
        metrics_token=env.str("METRICS_TOKEN", None, validate=validate.Length(min=16)),
        limit_per_key=_limit(env, "INGEST_LIMIT_PER_KEY"),
        limit_per_organization=_limit(env, "INGEST_LIMIT_PER_ORGANIZATION"),
        smtp_url=smtp_url,
        smtp_from=smtp_from,
        webhook_allowed_networks=_networks(env, "WEBHOOK_ALLOWED_NETWORKS"),
        pages_language=_pages_language(env),
    )


def _retention(env: Env) -> int | None:
    if not env.str("RETENTION_DAYS", ""):
        return None
    days: int = env.int("RETENTION_DAYS", validate=validate.Range(SHORTEST_DAYS, LONGEST_DAYS))
    return days


def _limit(env: Env, name: str) -> int | None:
    """Events a second; None, when it is not set, is no limit."""
    if not env.str(name, ""):
        return None
    limit: int = env.int(name, validate=validate.Range(1, 1_000_000))
    return limit


def _smtp(env: Env) -> tuple[str | None, str | None]:
    """Where mail is handed over and who it is from, both checked."""
    from adapters.notification.mail_addresses import parse_sender
    from adapters.notification.smtp_server import SmtpServer

    url, sender = env.str("SMTP_URL", "") or None, env.str("SMTP_FROM", "") or None
    if url and not sender:
        raise SettingsError("SMTP_FROM must be set where SMTP_URL is")
    try:
        if url:
            SmtpServer.parse(url)
        if sender:
            parse_sender(sender)
    except ValueError as error:
        raise SettingsError(str(error)) from None
    return url, sender


def _networks(env: Env, name: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Separated by commas."""
    given = [part.strip() for part in env.str(name, "").split(",") if part.strip()]
    try:
        return tuple(ip_network(part) for part in given)
    except ValueError as error:
        raise SettingsError(f"{name}: {error}") from None


def _pages_language(env: Env) -> str | None:
    """One that there is a translation for; None, when it is not set, is the reader's."""
    from entrypoints.http.texts import languages

    if not env.str("PAGES_LANGUAGE", ""):
        return None
    language: str = env.str("PAGES_LANGUAGE", validate=validate.OneOf(languages()))
    return language


def _database_url(env: Env) -> str | None:
    url: str | None = env.str("DATABASE_URL", None) or None
    if url is None:
        return _url_from_pg_variables(env)
    scheme, _, rest = url.partition("://")
    # "postgres://" is what many hosts hand out, and SQLAlchemy does not know it.
    normal = f"postgresql://{rest}"
    if not scheme.startswith("postgres") or not rest or not _is_conninfo(normal):
        # Without the address, which may hold a password.
        raise SettingsError("DATABASE_URL must be an address such as postgresql://user@host/name")
    return normal


def _is_conninfo(url: str) -> bool:
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        conninfo_to_dict(url)
    except ProgrammingError:
        return False
    return True


def _url_from_pg_variables(env: Env) -> str | None:
    given: dict[str, Any] = {name: env.str(name, "") for name in _PG_VARIABLES}
    if not given["PGHOST"] and not given["PGDATABASE"]:
        return None
    # An empty address lets libpq read the variables itself, defaults included.
    return f"postgresql:///{quote(given['PGDATABASE'], safe='')}"


def _app_url(env: Env, host: str, port: int) -> str:
    shown = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::", "::1") else host  # noqa: S104
    url = env.str("APP_URL", f"http://{shown}:{port}").rstrip("/")
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise SettingsError("APP_URL must be an address such as https://costs.example.com")
    return url
