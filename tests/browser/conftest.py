"""Fixtures of the browser tests: a demo that is really served, and the docs page of it opened in Chromium."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.chromium import DocsPage, installed_chromium, opened_docs_page
from tests.conftest import WITHOUT_CHROMIUM
from tests.served_demo import Demo, served_demo


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The service of `make run`, loaded once for the tests of a file; it issues access tokens as well."""
    url = f"sqlite:///{tmp_path_factory.mktemp('demo') / 'ledger.db'}"
    with served_demo(url, DEVELOPMENT_ISSUER="true") as served:
        yield served


@pytest.fixture(scope="module")
def chromium() -> str:
    """The browser; without one the tests are left out loudly, and on the build server they fail."""
    found = installed_chromium()
    if found is None:
        told = f"{WITHOUT_CHROMIUM}: no chromium on PATH; install it, or name it in CHROMIUM"
        if os.environ.get("CI") == "true":
            pytest.fail(told)
        pytest.skip(told)
    return found


@pytest.fixture
def docs(chromium: str, demo: Demo, tmp_path: Path) -> Iterator[DocsPage]:
    """The docs page, opened."""
    with opened_docs_page(chromium, demo, tmp_path / "profile") as page:
        yield page
