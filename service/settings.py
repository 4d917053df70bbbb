"""The environment, read once into a frozen object; every setting of the service is here."""

from functools import lru_cache

from pydantic import Field
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
    migrate_at_start: bool = Field(True, description="whether the service migrates its database when it starts")


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process."""
    return Settings()
