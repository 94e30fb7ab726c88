"""Settings from the environment: what is not usable is named, and nothing secret is repeated."""

import pytest

from entrypoints.settings import Settings, SettingsError

VARIABLES = (
    "DATABASE_URL", "PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE", "HOST", "PORT",
    "TRUECOMPUTE_DATA_DIR", "APP_URL", "WEB_CONCURRENCY", "WEB_THREADS", "LOG_LEVEL", "SIGNUP",
    "TRUSTED_PROXIES", "PASSWORD_COST", "METRICS_TOKEN",
    "RETENTION_DAYS",    "INGEST_LIMIT_PER_KEY", "INGEST_LIMIT_PER_ORGANIZATION",
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
