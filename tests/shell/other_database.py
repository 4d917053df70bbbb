"""A second, empty database of the other kind than a test's own: where a ledger is moved to."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from tests.databases import create_postgresql, drop_postgresql


@pytest.fixture
def other_url(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh migrated database: PostgreSQL where the test's own is SQLite, and the other way round."""
    if database_url.startswith("postgresql"):
        shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "other.db")
        yield f"sqlite:///{tmp_path / 'other.db'}"
        return
    template = make_url(request.getfixturevalue("migrated_postgresql")).database
    url = create_postgresql(request.getfixturevalue("postgresql_url"), template)
    yield url
    drop_postgresql(url)
