"""Settings from the environment: what is not usable is named, and nothing secret is repeated."""

from ipaddress import IPv4Network, IPv6Network

import pytest

from entrypoints.settings import Settings, SettingsError

VARIABLES = (
    "DATABASE_URL", "PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE", "HOST", "PORT",
    "TRUECOMPUTE_DATA_DIR", "APP_URL", "WEB_CONCURRENCY", "WEB_THREADS", "LOG_LEVEL", "SIGNUP",
    "TRUSTED_PROXIES", "PASSWORD_COST", "METRICS_TOKEN",
    "RETENTION_DAYS",    "INGEST_LIMIT_PER_KEY", "INGEST_LIMIT_PER_ORGANIZATION",
    "SMTP_URL", "SMTP_FROM", "WEBHOOK_ALLOWED_NETWORKS", "PAGES_LANGUAGE",
)  # fmt: skip


def read(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return Settings.from_environment()


def test_without_any_variable_everything_has_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch)
    assert settings.database_url is None
    assert (settings.host, settings.port) == ("127.0.0.1", 5000)
    assert settings.app_url == "http://localhost:5000"
    assert settings.data_dir.name == ".truecompute"
    assert settings.signup_is_open
    assert not settings.cookies_are_secure
    assert (settings.smtp_url, settings.smtp_from) == (None, None)
    assert settings.webhook_allowed_networks == ()
    assert settings.pages_language is None


def test_the_language_of_the_pages_is_one_that_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, PAGES_LANGUAGE="en").pages_language == "en"
    assert read(monkeypatch, PAGES_LANGUAGE="").pages_language is None
    with pytest.raises(SettingsError, match="PAGES_LANGUAGE"):
        read(monkeypatch, PAGES_LANGUAGE="xx")


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("postgres://ann@db/costs", "postgresql://ann@db/costs"),
        ("postgresql+psycopg://ann:a%40b@db:5433/costs?sslmode=require",
         "postgresql://ann:a%40b@db:5433/costs?sslmode=require"),
    ],
)  # fmt: skip
def test_a_database_is_named_in_any_of_the_usual_forms(
    monkeypatch: pytest.MonkeyPatch, given: str, meant: str
) -> None:
    assert read(monkeypatch, DATABASE_URL=given).database_url == meant


@pytest.mark.parametrize("given", [{"PGHOST": "db"}, {"PGDATABASE": "costs"}])
def test_postgresqls_own_variables_turn_the_embedded_server_off(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str]
) -> None:
    assert read(monkeypatch, **given).database_url is not None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://ann:secret@db/costs"),
        ("DATABASE_URL", "postgresql:secret"),
        ("DATABASE_URL", "postgresql://ann:%zzsecret@db/costs"),
        ("DATABASE_URL", "postgresql://[secret/costs"),
        ("METRICS_TOKEN", "short"),
        ("RETENTION_DAYS", "89"),
        ("INGEST_LIMIT_PER_KEY", "0"),
        ("INGEST_LIMIT_PER_ORGANIZATION", "many"),
        ("SMTP_FROM", "nobody"),
        ("WEBHOOK_ALLOWED_NETWORKS", "10.0.0.0/8,inside"),
        ("WEBHOOK_ALLOWED_NETWORKS", "10.0.0.1/8"),
        ("APP_URL", "costs.example.com"),
        ("APP_URL", "http://[::1"),
        ("PORT", "0"),
        ("PORT", "http"),
        ("WEB_CONCURRENCY", "0"),
        ("LOG_LEVEL", "loud"),
        ("SIGNUP", "ajar"),
        ("TRUSTED_PROXIES", "-1"),
    ],
)
def test_a_variable_that_is_not_usable_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with pytest.raises(SettingsError, match=name) as caught:
        read(monkeypatch, **{name: value})
    assert "secret" not in str(caught.value)


def test_mail_is_set_up_by_a_server_and_a_sender(monkeypatch: pytest.MonkeyPatch) -> None:
    url, sender = "smtp://ann:secret@mail.example.com", "Costs <costs@example.com>"
    settings = read(monkeypatch, SMTP_URL=url, SMTP_FROM=sender)
    assert (settings.smtp_url, settings.smtp_from) == (url, sender)
    assert "secret" not in repr(settings)


@pytest.mark.parametrize(
    "url", ["mail.example.com", "smtp://ann:secret@", "smtp://ann:secret@host?starttls=maybe"]
)
def test_a_mail_server_that_is_not_usable_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    with pytest.raises(SettingsError, match="SMTP_URL") as caught:
        read(monkeypatch, SMTP_URL=url, SMTP_FROM="costs@example.com")
    assert "secret" not in str(caught.value)


def test_a_mail_server_without_a_sender_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="SMTP_FROM"):
        read(monkeypatch, SMTP_URL="smtp://mail.example.com")


def test_networks_that_webhooks_may_reach_are_separated_by_commas(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = read(monkeypatch, WEBHOOK_ALLOWED_NETWORKS="10.20.0.0/16, fd12::/48,")
    assert settings.webhook_allowed_networks == (
        IPv4Network("10.20.0.0/16"),
        IPv6Network("fd12::/48"),
    )
