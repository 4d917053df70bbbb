"""The private key lies in a file that only its owner reads, outlives nothing it should not, and is never shown."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from service.core.errors import Unavailable
from service.core.notes import BadNote
from service.storage.signing_keys import KeyFolder, SigningKey, key_from_seed, read_signing_key
from tests.shell.serving import program

NAME = "outcomes-ledger/statements"
FILE = "outcomes-ledger-statements.key"
# The example of Go's package note: a private key, its text in public, and what it signs.
GO_PRIVATE = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz\n"
GO_PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


def key(number: int = 1, name: str = NAME) -> SigningKey:
    return key_from_seed(name, bytes([number]) * 32)


def test_a_published_private_key_gives_its_published_public_key() -> None:
    assert read_signing_key(GO_PRIVATE).public.text == GO_PUBLIC
    assert read_signing_key(key().line).public == key().public


@pytest.mark.parametrize(
    "line",
    [
        "",
        "\n",
        GO_PUBLIC,
        GO_PRIVATE[:-1],
        f"{GO_PRIVATE}\n",
        GO_PRIVATE.replace("c74f20a3", "c74f20a4"),
        GO_PRIVATE[8:],
    ],
)
def test_what_is_no_private_key_is_refused(line: str) -> None:
    with pytest.raises(BadNote):
        read_signing_key(line)


def test_a_key_that_is_shown_shows_its_public_half(tmp_path: Path) -> None:
    assert repr(key()) == f"SigningKey({key().public.text})"
    assert key().line.rpartition("+")[2].strip() not in f"{key()}{[key()]!r}"


def test_the_first_key_is_kept_for_its_owner_only_and_found_again(tmp_path: Path) -> None:
    folder = KeyFolder(tmp_path / "new" / "keys")
    assert folder.current(NAME) is None
    assert folder.begin(key()).public == key().public
    (file,) = (tmp_path / "new" / "keys").iterdir()
    assert file.name == FILE and stat.S_IMODE(file.stat().st_mode) == 0o600
    found = KeyFolder(tmp_path / "new" / "keys").current(NAME)
    assert found is not None and found.public == key().public


def test_processes_that_begin_at_once_have_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda number: KeyFolder(tmp_path).begin(key(number)).public, range(32)))
    assert len(set(found)) == 1
    assert [file.name for file in tmp_path.iterdir()] == [FILE]


def test_a_key_is_replaced_in_one_step_and_the_old_one_is_gone(tmp_path: Path) -> None:
    folder = KeyFolder(tmp_path)
    folder.begin(key(1))
    folder.replace(key(2))
    found = folder.current(NAME)
    assert found is not None and found.public == key(2).public
    assert [file.read_text() for file in tmp_path.iterdir()] == [key(2).line]


def test_ledgers_of_other_names_have_keys_of_their_own(tmp_path: Path) -> None:
    folder = KeyFolder(tmp_path)
    assert folder.begin(key(1)).public != folder.begin(key(1, "another/statements")).public
    assert len(list(tmp_path.iterdir())) == 2
    with pytest.raises(Unavailable, match="another ledger"):
        folder.current("outcomes-ledger-statements")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666, 0o610])
def test_a_key_that_others_could_read_or_write_is_not_used(tmp_path: Path, mode: int) -> None:
    folder = KeyFolder(tmp_path)
    folder.begin(key())
    (tmp_path / FILE).chmod(mode)
    with pytest.raises(Unavailable, match=r"open to others.*chmod 600") as refused:
        folder.current(NAME)
    assert refused.value.code == "signing-key-unusable"


@pytest.mark.parametrize("content", [b"", b"\xff", b"something else\n", GO_PUBLIC.encode()])
def test_a_file_that_holds_no_key_is_told_without_what_it_holds(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    (tmp_path / FILE).chmod(0o600)
    with pytest.raises(Unavailable, match=r"holds something else|cannot be read") as refused:
        KeyFolder(tmp_path).current(NAME)
    assert "something else\n" not in str(refused.value)


def test_a_key_that_cannot_be_read_or_kept_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(Unavailable, match="cannot be read"):
        KeyFolder(tmp_path).current(NAME)
    (tmp_path / "taken").write_text("a file where the folder should be")
    with pytest.raises(Unavailable, match="cannot be written"):
        KeyFolder(tmp_path / "taken").begin(key())
    with pytest.raises(Unavailable, match="cannot be written"):
        KeyFolder(tmp_path / "taken").replace(key())


def test_the_first_start_makes_the_key_and_the_service_does_not_start_with_one_that_is_open(tmp_path: Path) -> None:
    keys = {"SIGNING_KEYS": "kept/here"}
    assert program("sqlite:///new.db", "migrate", folder=tmp_path, **keys).returncode == 0
    file = tmp_path / "kept" / "here" / FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    os.chmod(file, 0o644)
    ended = program("sqlite:///new.db", "serve", folder=tmp_path, **keys)
    assert ended.returncode == 1 and "open to others than its owner (chmod 600)" in ended.stderr
    assert "Traceback" not in ended.stderr and "PRIVATE" not in ended.stderr + ended.stdout
