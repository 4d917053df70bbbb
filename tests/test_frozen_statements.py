"""Statements that a release has issued never change: the gate on their files, and the freezing of them."""

import hashlib
from pathlib import Path

import pytest

from tests.freeze_issued import LIST, ROOT, faults, freeze, frozen_in
from tests.sources import project

STATEMENT = "contracts/w/statements/2022.a.json"
OTHER = "contracts/w/statements/2023.a.json"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one statement."""
    write(tmp_path, STATEMENT, b"{}")
    return tmp_path


def write(root: Path, path: str, stored: bytes) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_bytes(stored)


def test_no_frozen_statement_has_changed_or_vanished() -> None:
    found = faults(ROOT, frozen_in(LIST.read_text("utf-8")))
    assert not found, f"a changed calculation is a new edition (docs/decisions/0028): {found}"


def test_statements_are_frozen_from_the_first_release_on_and_not_before() -> None:
    major = int(project()["project"]["version"].partition(".")[0])
    frozen = frozen_in(LIST.read_text("utf-8"))
    if major == 0:
        assert not frozen, "before 1.0.0 nothing is promised to stay; empty the list, or release"
    else:
        assert frozen, "a release ends in `python -m tests.freeze_issued`; commit the list"


def test_what_was_frozen_stands_as_sha256sum_writes_it(repository: Path) -> None:
    assert freeze(repository, {}) == {STATEMENT: hashlib.sha256(b"{}").hexdigest()}
    text = f"{hashlib.sha256(b'{}').hexdigest()}  {STATEMENT}\n"
    assert frozen_in(text) == freeze(repository, {}) and frozen_in("") == {}
    for wrong in ("x", text + text, text[1:], text.replace("  ", " "), text + "\n"):
        with pytest.raises(ValueError, match="64 hexadecimal digits"):
            frozen_in(wrong)


def test_a_frozen_file_that_changes_or_vanishes_is_found_and_cannot_be_frozen_again(repository: Path) -> None:
    frozen = freeze(repository, {})
    assert faults(repository, frozen) == []
    write(repository, OTHER, b"new")
    assert freeze(repository, frozen).keys() == {STATEMENT, OTHER}
    write(repository, STATEMENT, b"{} ")
    assert faults(repository, frozen) == [f"{STATEMENT} has changed"]
    with pytest.raises(ValueError, match="has changed"):
        freeze(repository, frozen)
    (repository / STATEMENT).unlink()
    assert faults(repository, frozen) == [f"{STATEMENT} has vanished"]
    with pytest.raises(ValueError, match="has vanished"):
        freeze(repository, frozen)
