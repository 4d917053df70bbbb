"""The settings: each described in one document, and bad ones told in a sentence before anything starts."""

import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from service.cli import app
from service.settings import BadSettings, Settings, settings
from tests.shell.serving import program
from tests.sources import ROOT, texts

DOCUMENT = "docs/settings.md"


def row(name: str, field: Any) -> str:
    default = str(field.default).lower() if isinstance(field.default, bool) else field.default
    shown = "none" if default == "" else f"`{default}`"
    return f"| `{name.upper()}` | {shown} | {field.description} |"


def test_every_setting_is_described_in_the_document_of_settings() -> None:
    written = (ROOT / DOCUMENT).read_text("utf-8")
    wanted = [row(name, field) for name, field in Settings.model_fields.items()]
    rows = [line for line in written.splitlines() if line.startswith("| `")]
    assert rows == wanted, "\n".join([f"write these rows into {DOCUMENT}:", *wanted])


def test_no_other_document_describes_a_setting_and_the_readme_leads_to_the_one_that_does() -> None:
    names = re.compile(rf"`({'|'.join(name.upper() for name in Settings.model_fields)})`[^.]*? (is|are|names|sets)\b")
    found = {}
    for path, text in texts():
        if path.suffix == ".md" and str(path) != DOCUMENT:
            prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
            found[str(path)] = names.findall(prose)
    assert not {path: each for path, each in found.items() if each}, f"describe settings in {DOCUMENT} only"
    assert f"]({DOCUMENT})" in (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        ("PORT", "http", "PORT: input should be a valid integer"),
        ("PORT", "70000", "PORT: input should be less than or equal to 65535"),
        ("BODY_LIMIT_BYTES", "1", "BODY_LIMIT_BYTES: input should be greater than or equal to 1024"),
        ("METRICS", "perhaps", "METRICS: input should be a valid boolean"),
        ("OAUTH_ALGORITHMS", "ES256,HS256", "OAUTH_ALGORITHMS: must be one or more, with commas between, of ES256,"),
        ("OAUTH_ALGORITHMS", "none", "OAUTH_ALGORITHMS: must be one or more"),
        ("OAUTH_JWKS_URL", "http://s3cret.example.org/keys", "OAUTH_JWKS_URL: must begin with https://"),
        ("OAUTH_TOKEN_URL", "file://localhost/s3cret", "OAUTH_TOKEN_URL: must begin with https://"),
        ("OAUTH_ISSUER", "https://s3cret", "OAUTH_ISSUER, OAUTH_AUDIENCE and OAUTH_JWKS_URL are set together"),
        ("DATABASE_URL_FILE", "s3cret", "DATABASE_URL and DATABASE_URL_FILE are both set"),
        ("PORT_FILE", "s3cret", "PORT_FILE: names no file that can be read as text"),
        ("DATABASE_URL", "s3cret", "DATABASE_URL: is not a URL"),
        ("DATABASE_URL", "mysql://ledger:s3cret@host/name", "DATABASE_URL: mysql://ledger:***@host/name is neither"),
        ("DATABASE_URL", "postgresql://ledger@host:s3cret/name", "DATABASE_URL: is not a URL"),
    ],
)
@pytest.mark.parametrize("command", ["serve", "doctor"])
def test_a_bad_setting_ends_the_program_with_a_sentence(
    command: str, setting: str, value: str, told: str, tmp_path: Path
) -> None:
    given = {"DATABASE_URL": f"sqlite:///{tmp_path / 'ledger.db'}", "NO_COLOR": "1", setting: value}
    settings.cache_clear()
    ended = CliRunner().invoke(app, [command], env=given)
    settings.cache_clear()
    assert (ended.exit_code, ended.stdout) == (2, "") and isinstance(ended.exception, SystemExit)
    assert ended.stderr.startswith(told) and "s3cret" not in ended.stderr


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://nobody@127.0.0.1:1/nothing", "The database cannot be reached"),
        ("sqlite:///new.db", "The database's schema is not current; run outcomes-ledger migrate."),
    ],
)
def test_a_service_without_its_database_does_not_start_and_says_why(url: str, told: str, tmp_path: Path) -> None:
    ended = program(url, "serve", folder=tmp_path, MIGRATE_AT_START="false")
    assert ended.returncode == 1 and ended.stderr.startswith(told) and "Traceback" not in ended.stderr


def test_the_command_to_migrate_migrates_whatever_the_start_of_the_service_does(tmp_path: Path) -> None:
    for _ in range(2):
        ended = program("sqlite:///new.db", "migrate", folder=tmp_path, MIGRATE_AT_START="false")
        assert ended.returncode == 0 and ended.stdout == "The schema is current.\n"


def chosen_with(monkeypatch: pytest.MonkeyPatch, **given: str) -> Settings:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    try:
        return settings()
    finally:
        settings.cache_clear()


def test_a_setting_can_stand_in_a_file_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    (tmp_path / "url").write_text("postgresql://ledger:s3cret@host/name\n", "utf-8")
    (tmp_path / "port").write_text("9000", "utf-8")
    files = {"DATABASE_URL_FILE": str(tmp_path / "url"), "PORT_FILE": str(tmp_path / "port")}
    found = chosen_with(monkeypatch, **files)
    assert (found.database_url, found.port) == ("postgresql://ledger:s3cret@host/name", 9000)


def test_an_issuer_and_the_development_issuer_exclude_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    issuer = {
        "OAUTH_ISSUER": "https://login.example.org",
        "OAUTH_AUDIENCE": "https://ledger.example.org",
        "OAUTH_JWKS_URL": "https://login.example.org/keys",
    }
    assert chosen_with(monkeypatch, **issuer).oauth_issuer == issuer["OAUTH_ISSUER"]
    with pytest.raises(BadSettings, match="DEVELOPMENT_ISSUER is for a service without OAUTH_ISSUER"):
        chosen_with(monkeypatch, **issuer, DEVELOPMENT_ISSUER="true")
    monkeypatch.delenv("OAUTH_ISSUER")
    with pytest.raises(BadSettings, match="are set together"):
        chosen_with(monkeypatch, DEVELOPMENT_ISSUER="false")
