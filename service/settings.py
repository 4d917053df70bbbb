"""The environment, read once into a frozen object; every setting of the service is here."""

from functools import lru_cache
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

# Signatures that only the holder of a private key can make: what is checked with a shared secret can be forged with it.
_ASYMMETRIC = ("ES256", "ES384", "ES512", "Ed25519", "Ed448", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512")
_OF_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


class Settings(BaseSettings):
    """What an operator can set; each name stands in the environment in capitals."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    database_url: str = Field(
        "sqlite:///./data/ledger.db", description="where the ledger is: sqlite:///path or postgresql://user@host/name"
    )
    ledger_name: str = Field("outcomes-ledger", description="stands in every log entry; fixed when the ledger begins")
    signing_keys: str = Field(
        "./data/signing-keys",
        description="the folder of the private keys that checkpoints are signed with; keep it apart from the database",
    )
    host: str = Field("127.0.0.1", description="the address the service listens on")
    port: int = Field(8000, ge=1, le=65535, description="the port the service listens on")
    body_limit_bytes: int = Field(10 * 1024 * 1024, ge=1024, description="the largest request body that is read")
    body_seconds: int = Field(
        30, ge=1, le=3600, description="how long the service waits for the next piece of a request body"
    )
    migrate_at_start: bool = Field(True, description="whether the service migrates its database when it starts")
    metrics: bool = Field(True, description="whether GET /metrics answers, which asks for no key")
    shutdown_seconds: int = Field(
        30, ge=1, le=3600, description="how long running requests may take to end when the service is told to stop"
    )
    oauth_issuer: str = Field("", description="the issuer whose access tokens are taken, as it names itself in `iss`")
    oauth_audience: str = Field("", description="what stands for this ledger in the `aud` of access tokens")
    oauth_jwks_url: str = Field("", description="where the issuer's public keys are read: https, or http on localhost")
    oauth_algorithms: str = Field(
        "ES256,Ed25519", description=f"signatures that access tokens may have, of {', '.join(_ASYMMETRIC)}"
    )
    oauth_longest_seconds: int = Field(
        3600, ge=60, le=86400, description="the longest time from `iat` to `exp` with which an access token is taken"
    )
    oauth_token_url: str = Field(
        "", description="where the docs page fetches access tokens; empty: it offers keys alone"
    )
    oauth_authorization_url: str = Field(
        "", description="where the docs page sends people to log in; it then fetches the token itself, with PKCE"
    )
    development_issuer: bool = Field(
        False, description="whether the service issues access tokens itself, for development and tests only"
    )
    trusted_proxies: str = Field(
        "", description="addresses or networks of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed"
    )
    rate_limit_per_minute: int = Field(
        120_000, ge=0, description="requests of one credential that a process answers in a minute; 0: any number"
    )
    failed_logins_per_minute: int = Field(
        600,
        ge=0,
        description="failed authentications of one address that a process looks up in a minute; 0: any number",
    )

    @field_validator("oauth_algorithms")
    @classmethod
    def _asymmetric(cls, given: str) -> str:
        if not set(given.split(",")) <= set(_ASYMMETRIC):
            raise ValueError(f"must be one or more, with commas between, of {', '.join(_ASYMMETRIC)}")
        return given

    @field_validator("oauth_jwks_url", "oauth_token_url", "oauth_authorization_url")
    @classmethod
    def _secure(cls, given: str) -> str:
        url = urlsplit(given)
        if given and not (url.hostname and (url.scheme == "https" or _is_on_this_machine(url.scheme, url.hostname))):
            raise ValueError("must begin with https://; http:// is for localhost alone")
        return given

    @model_validator(mode="after")
    def _whole(self) -> Self:
        tokens = (self.oauth_issuer, self.oauth_audience, self.oauth_jwks_url)
        if any(tokens) and not all(tokens):
            raise ValueError("OAUTH_ISSUER, OAUTH_AUDIENCE and OAUTH_JWKS_URL are set together, or none of them")
        if self.oauth_issuer and self.development_issuer:
            raise ValueError("DEVELOPMENT_ISSUER is for a service without OAUTH_ISSUER; unset one of them")
        if self.oauth_authorization_url and not self.oauth_token_url:
            raise ValueError("OAUTH_AUTHORIZATION_URL needs OAUTH_TOKEN_URL")
        if self.oauth_token_url and not self.oauth_issuer:
            raise ValueError("OAUTH_TOKEN_URL needs OAUTH_ISSUER")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given in Python, then the environment, then the files that the environment names."""
        return init_settings, env_settings, _NamedFiles(settings_cls)


class _NamedFiles(EnvSettingsSource):
    """A setting whose value is the text of a file, named in the environment as NAME_FILE: secrets stay out of it."""

    def __call__(self) -> dict[str, Any]:
        """The text of each file, without white space around it, by the name of its setting; BadSettings."""
        named = {name: self.env_vars.get(f"{name}_file") for name in self.settings_cls.model_fields}
        return {name: self._text(name, path) for name, path in named.items() if path}

    def _text(self, name: str, path: str) -> str:
        setting = name.upper()
        if self.env_vars.get(name) is not None:
            raise BadSettings(f"{setting} and {setting}_FILE are both set; unset one of them")
        try:
            return Path(path).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise BadSettings(f"{setting}_FILE: names no file that can be read as text") from None


def _is_on_this_machine(scheme: str, host: str) -> bool:
    return scheme == "http" and host in _OF_THIS_MACHINE


class BadSettings(ValueError):
    """What is wrong with the environment, a sentence a setting; never the value, which may hold a password."""

    def __init__(self, found: str) -> None:
        super().__init__(f"{found}. docs/settings.md describes every setting.")


def _told(found: ValidationError) -> str:
    """The faults by setting; those between several settings name them in their words."""
    return "; ".join(
        ": ".join([*(str(name).upper() for name in entry["loc"]), _word(entry)]) for entry in found.errors()
    )


def _word(entry: Any) -> str:
    return str(entry["ctx"]["error"]) if entry["type"] == "value_error" else str(entry["msg"]).lower()


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process; BadSettings."""
    try:
        return Settings()
    except ValidationError as error:
        raise BadSettings(_told(error)) from None
