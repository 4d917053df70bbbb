"""The environment, read once into a frozen object; every setting of the service is here."""

from functools import lru_cache

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What an operator can set; each name stands in the environment in capitals."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    database_url: str = Field(
        "sqlite:///./data/ledger.db", description="where the ledger is: sqlite:///path or postgresql://user@host/name"
    )
    ledger_name: str = Field("outcomes-ledger", description="stands in every log entry; fixed when the ledger begins")
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


class BadSettings(ValueError):
    """What is wrong with the environment, a sentence a setting; never the value, which may hold a password."""

    def __init__(self, found: ValidationError) -> None:
        faults = (f"{str(entry['loc'][0]).upper()}: {entry['msg'].lower()}" for entry in found.errors())
        super().__init__("; ".join(faults) + ". docs/settings.md describes every setting.")


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process; BadSettings."""
    try:
        return Settings()
    except ValidationError as error:
        raise BadSettings(error) from None
