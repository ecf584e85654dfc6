"""Settings from environment variables."""

import pytest

from server.settings import VARIABLES, LogFormat, RateLimit, SettingError, Settings, read_settings


def test_defaults_without_variables():
    assert read_settings({}) == Settings()


def test_blank_variable_is_ignored():
    assert read_settings({"SEATKEEPER_DATABASE_URL": "  "}) == Settings()


def test_every_variable_has_a_setting():
    settings = read_settings(
        {
            "SEATKEEPER_DATABASE_URL": "postgres://seatkeeper@db/seatkeeper",
            "SEATKEEPER_PUBLIC_URL": "https://licenses.example.com/",
            "SEATKEEPER_OPEN_SCHEMA": "1",
            "SEATKEEPER_ALLOWED_ORIGINS": "https://intranet.example.com, https://b.example.com",
            "SEATKEEPER_LOG_FORMAT": "JSON",
            "SEATKEEPER_RATE_LIMIT": "100/7",
            "SEATKEEPER_TRUSTED_PROXIES": "10.0.0.0/8, ::1",
            "SEATKEEPER_POOL_SIZE": "20",
            "SEATKEEPER_MAX_CONNECTIONS": "5000",
            "SEATKEEPER_COMPILED_ANSWERS": "0",
        }
    )

    assert settings == Settings(
        database_url="postgres://seatkeeper@db/seatkeeper",
        public_url="https://licenses.example.com",
        open_schema=True,
        allowed_origins=frozenset({"https://intranet.example.com", "https://b.example.com"}),
        log_format=LogFormat.JSON,
        rate_limit=RateLimit(100, 7),
        trusted_proxies=("10.0.0.0/8", "::1"),
        pool_size=20,
        max_connections=5000,
        compiled_answers=False,
    )
    assert set(VARIABLES.values()) == set(Settings.__dataclass_fields__)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SEATKEEPER_DATABASE_URL", "mysql://root@db/x"),
        ("SEATKEEPER_DATABASE_URL", "sqlite://"),
        ("SEATKEEPER_DIRECT_URL", "sqlite://seatkeeper.db"),
        ("SEATKEEPER_REPLICA_URL", "sqlite://seatkeeper.db"),
        ("SEATKEEPER_PUBLIC_URL", "http://licenses.example.com"),
        ("SEATKEEPER_PUBLIC_URL", "licenses.example.com"),
        ("SEATKEEPER_PUBLIC_URL", "https://licenses.example.com/app"),
        ("SEATKEEPER_OPEN_SCHEMA", "maybe"),
        ("SEATKEEPER_ALLOWED_ORIGINS", "*"),
        ("SEATKEEPER_ALLOWED_ORIGINS", "https://intranet.example.com/page"),
        ("SEATKEEPER_LOG_FORMAT", "xml"),
        ("SEATKEEPER_RATE_LIMIT", "20000"),
        ("SEATKEEPER_RATE_LIMIT", "20000/0"),
        ("SEATKEEPER_RATE_LIMIT", "0/2000"),
        ("SEATKEEPER_RATE_LIMIT", "many/2000"),
        ("SEATKEEPER_TRUSTED_PROXIES", "*"),
        ("SEATKEEPER_TRUSTED_PROXIES", "proxy.example.com"),
        ("SEATKEEPER_POOL_SIZE", "0"),
        ("SEATKEEPER_POOL_SIZE", "1001"),
        ("SEATKEEPER_MAX_CONNECTIONS", "0"),
        ("SEATKEEPER_MAX_CONNECTIONS", "many"),
        ("SEATKEEPER_METRICS_TOKEN", "too short"),
        ("SEATKEEPER_OIDC_ISSUER", "http://login.example.com"),
        ("SEATKEEPER_OIDC_ISSUER", "login.example.com"),
        ("SEATKEEPER_OIDC_INSTALLATION", "120441783"),
        ("SEATKEEPER_WEBHOOK_HOSTS", "https://erp.example.internal"),
        ("SEATKEEPER_WEBHOOK_HOSTS", "erp.example.internal:8443"),
        ("SEATKEEPER_WEBHOOK_HOSTS", "erp.example.internal/events"),
    ],
)
def test_invalid_value_is_reported_with_its_variable(variable, value):
    with pytest.raises(SettingError) as raised:
        read_settings({variable: value})

    assert str(raised.value).startswith(f"{variable} is invalid: ")


def test_error_message_omits_the_value():
    with pytest.raises(SettingError) as raised:
        read_settings({"SEATKEEPER_DATABASE_URL": "mysql://root:hunter2@db/x"})

    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize("url", ["http://localhost:8000", "http://127.0.0.1:9000", "http://[::1]:8000"])
def test_http_is_allowed_on_loopback(url):
    assert not read_settings({"SEATKEEPER_PUBLIC_URL": url}).is_https


@pytest.mark.parametrize(
    ("variable", "value"),
    [("SEATKEEPER_OIDC_ISSUER", "https://login.example.com"), ("SEATKEEPER_OIDC_AUDIENCE", "seatkeeper")],
)
def test_issuer_and_audience_require_each_other(variable, value):
    with pytest.raises(SettingError, match=f"{variable} requires"):
        read_settings({variable: value})


def test_webhook_hosts_are_normalized():
    settings = read_settings({"SEATKEEPER_WEBHOOK_HOSTS": "ERP.example.internal, 10.0.0.7,::1"})

    assert settings.webhook_hosts == {"erp.example.internal", "10.0.0.7", "::1"}
