"""Pseudonyms of civil registration numbers are made offline from a key in a file; a number stands in no message."""

import base64
import hashlib
import hmac
import re
import stat
from pathlib import Path

import pytest

from service.workflows.pseudonyms import pseudonym
from tests.shell.test_cli import Cli
from tests.sources import ROOT

KEY = bytes(range(32))
VECTOR = ("000000-0000", "p1_mqyjk2cxo7o6cid3md4mqgin32")  # no civil registration number: there is no month 00
OTHER = "999999-9999"


@pytest.fixture
def offline() -> Cli:
    """The program where no database can be reached."""
    return Cli("postgresql://nobody@127.0.0.1:1/nothing")


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "contract.key"
    path.write_text(f"{KEY.hex()}\n")
    path.chmod(0o600)
    return path


def numbers(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "numbers"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_pseudonym_is_what_the_published_recipe_and_test_vector_say() -> None:
    published = (ROOT / "docs" / "case-systems.md").read_text("utf-8")
    digest = hmac.new(KEY, b"0000000000", hashlib.sha256).digest()
    by_hand = "p1_" + base64.b32encode(digest).decode().lower()[:26]

    assert pseudonym(KEY, VECTOR[0]) == pseudonym(KEY, "0000000000") == pseudonym(KEY, "000000 0000") == by_hand
    assert by_hand == VECTOR[1]
    assert all(told in published for told in (KEY.hex(), *VECTOR))


def test_another_contracts_key_gives_pseudonyms_that_cannot_be_told_to_be_of_the_same_person() -> None:
    assert pseudonym(KEY, VECTOR[0]) != pseudonym(KEY[::-1], VECTOR[0])
    assert re.fullmatch("p1_[a-z2-7]{26}", pseudonym(KEY[::-1], VECTOR[0]))


def test_a_line_of_the_file_gives_a_line(offline: Cli, key_file: Path, tmp_path: Path) -> None:
    given = numbers(tmp_path, f"\ufeff{VECTOR[0]}\r\n 0000000000 \n{OTHER}\n")
    made = offline.run("pseudonymise", "--key", key_file, given).stdout.splitlines()

    assert made == [VECTOR[1], VECTOR[1], pseudonym(KEY, OTHER)]


def test_the_column_of_a_csv_file_is_replaced_and_the_rest_stays(offline: Cli, key_file: Path, tmp_path: Path) -> None:
    given = numbers(tmp_path, f'id;participant;name\n1;{VECTOR[0]};"a;b"\n2;{OTHER};"c ""d"""\n')
    words = ("pseudonymise", "--key", key_file, given, "--column", "participant", "--delimiter", ";")

    assert offline.run(*words).stdout == (
        f'id;participant;name\n1;{VECTOR[1]};"a;b"\n2;{pseudonym(KEY, OTHER)};"c ""d"""\n'
    )


@pytest.mark.parametrize(
    ("text", "options", "places"),
    [
        ("010190-12345\n0000000000\n\n01019O-1234\n", (), ("line 1:", "line 3:", "line 4:")),
        ("participant\n010190-12345\n", ("--column", "participant"), ("line 2:",)),
        ("participant\n010190-1234,x\n", ("--column", "participant"), ("line 2:",)),
        ("participant\n010190-1234\n", ("--column", "person"), ("line 1:",)),
        ('participant\n"010190-1234\n', ("--column", "participant"), ("line 2:",)),
        (b"010190-1234\xff\n", (), ("not UTF-8",)),
    ],
)
def test_what_is_no_number_is_told_by_its_line_alone_and_nothing_is_made(
    offline: Cli, key_file: Path, tmp_path: Path, text: str | bytes, options: tuple[str, ...], places: tuple[str, ...]
) -> None:
    refused = offline.run("pseudonymise", "--key", key_file, numbers(tmp_path, text), *options, code=1)

    assert refused.stdout == ""
    assert all(place in refused.stderr for place in places)
    assert "010190" not in refused.stderr and "01019O" not in refused.stderr


def test_a_key_is_made_for_its_owner_alone_and_never_written_over(offline: Cli, tmp_path: Path) -> None:
    path = tmp_path / "new.key"
    told = offline.run("pseudonymise", "--make-key", "--key", path).output
    made = path.read_text()

    assert re.fullmatch("[0-9a-f]{64}\n", made) and made.strip() not in told
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    offline.run("pseudonymise", "--make-key", "--key", path, code=1)
    assert path.read_text() == made


@pytest.mark.parametrize("text", ["", "00" * 31, "00" * 33, "xyz", "\xff"])
def test_what_is_no_key_is_refused_and_not_repeated(offline: Cli, key_file: Path, tmp_path: Path, text: str) -> None:
    key_file.write_bytes(text.encode("latin-1"))
    refused = offline.run("pseudonymise", "--key", key_file, numbers(tmp_path, "0000000000\n"), code=1)

    assert refused.stdout == "" and "64 hexadecimal digits" in refused.stderr
    assert not text or text not in refused.stderr


def test_a_key_that_others_can_read_is_refused(offline: Cli, key_file: Path, tmp_path: Path) -> None:
    key_file.chmod(0o640)

    assert "chmod 600" in offline.run(
        "pseudonymise", "--key", key_file, numbers(tmp_path, "0000000000\n"), code=1
    ).stderr.replace("\n", " ")
