"""A whole ledger moves to the other database by way of a file: it goes on there as if nothing had happened."""

import json
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from service.core import canonical
from service.core.errors import BrokenInvariant, InvalidInput, LedgerError, WrongState
from service.core.events import Fact
from service.storage.database import Database
from service.storage.scope import EVERYTHING
from service.workflows.checkpoints import rotate_signing_key
from service.workflows.exporting import export_ledger
from service.workflows.importing import import_ledger
from service.workflows.ledger import Ledger
from service.workflows.whole import check_whole
from tests.builders import HOUSING, a_contract, retraction
from tests.core.worked import W1_FACTS
from tests.shell.calling import LEDGER_NAME, Api, client_of, ledger_on, with_chance
from tests.shell.living import Living, exam, living, paid, whole
from tests.shell.other_database import other_url
from tests.shell.tampering import forge
from tests.shell.test_erasure import documents, erase

__all__ = ["other_url"]
PSEUDONYM = "zq-pseudonym-9"  # nothing else holds it
NOT_MOVED = {"credential", "credential_key", "idempotency", "access_record", "access_head"}
Lines = list[dict[str, Any]]


@pytest.fixture
async def other(other_url: str) -> AsyncIterator[Ledger]:
    """A ledger of the other kind that was never started."""
    database = Database.at(other_url, EVERYTHING)
    yield ledger_on(database)
    await database.dispose()


async def lived(api: Api) -> Living:
    """Two contracts with everything that a log can hold: amendments, corrections, money, erasures, rotated keys."""
    one = await living(api)
    await api.register(a_contract(HOUSING, contract="a-first"))
    await api.learn([fact.model_copy(update={"contract": "a-first"}) for fact in W1_FACTS])
    await api.learn(exam("P2", "2022-06-01"))
    await one.issue()
    await one.done("statements/w.2022.a.1/settlements", paid())
    await api.issue("2022", "a-first")
    await rotate_signing_key(with_chance(api.ledger))
    await api.learn([*exam("P3", "2023-02-01"), retraction(exam("P1", "2022-05-01")[1])])
    await erase(api, "P2")
    await api.issue("2023", "a-first")
    return one


async def exported(ledger: Ledger, file: Path) -> Path:
    """The file of an export."""
    with file.open("wb") as opened:
        await export_ledger(ledger, opened.write)
    return file


async def stored(ledger: Ledger) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table that an export is of."""
    return {name: rows for name, rows in (await whole(ledger.database)).items() if name not in NOT_MOVED}


async def test_every_row_arrives_as_it_was_and_the_file_of_it_is_the_same(
    api: Api, other: Ledger, tmp_path: Path
) -> None:
    await lived(api)
    file = await exported(api.ledger, tmp_path / "there.ndjson")
    imported = await import_ledger(other, file)
    assert await stored(other) == await stored(api.ledger)
    assert await check_whole(other) == imported == await check_whole(api.ledger)
    assert (await exported(other, tmp_path / "back.ndjson")).read_bytes() == file.read_bytes()


async def test_the_next_period_is_issued_to_the_same_bytes_on_both(api: Api, other: Ledger, tmp_path: Path) -> None:
    one = await lived(api)
    await import_ledger(other, await exported(api.ledger, tmp_path / "there.ndjson"))
    # what signs is no part of an export: its file is copied
    moved = replace(other, key_ring=api.ledger.key_ring)
    async with await client_of(moved) as client:
        there = Api(client, moved)
        for place in (api, there):
            await place.learn(exam("P9", "2023-09-09"))
            await place.issue("2023")
            await erase(place, "P9")
            await place.issue("2024", "a-first")
        issued = await documents(api)
        assert {"w.2023.a.1", "a-first.2024.b.1"} <= issued.keys()
        assert await documents(there) == issued
        assert (await there.client.get("/v1/checkpoint")).content == (await api.client.get("/v1/checkpoint")).content
    assert await one.verified("w.2023.a.1")
    assert await stored(moved) == await stored(api.ledger)


async def test_an_export_is_a_document_a_line_and_ends_in_what_it_holds(api: Api, tmp_path: Path) -> None:
    await lived(api)
    file = await exported(api.ledger, tmp_path / "there.ndjson")
    lines = file.read_bytes().splitlines(keepends=True)
    assert all(canonical.to_bytes(canonical.from_bytes(line)) + b"\n" == line for line in lines)
    trailer = json.loads(lines[-1])
    assert trailer["sha256"] == sha256(b"".join(lines[:-1])).hexdigest()
    assert sum(trailer["counts"].values()) == len(lines) - 1
    assert {one["contract"] for one in trailer["heads"]} == {"a-first", "w"}
    assert b"bootstrap" in file.read_bytes() and b"olk_" not in file.read_bytes()
    assert b"PRIVATE" not in file.read_bytes() and b"secret" not in file.read_bytes()


async def test_nobody_who_was_erased_is_in_an_export(api: Api, tmp_path: Path) -> None:
    await living(api)
    await api.learn(nameless(PSEUDONYM))
    await api.issue("2022")
    assert PSEUDONYM.encode() in (await exported(api.ledger, tmp_path / "before.ndjson")).read_bytes()
    await erase(api, PSEUDONYM)
    assert PSEUDONYM.encode() not in (await exported(api.ledger, tmp_path / "there.ndjson")).read_bytes()


def nameless(participant: str) -> list[Fact]:
    """An exam passed, told by facts whose ids do not say whose it was."""
    told = enumerate(exam(participant, "2022-06-01"))
    return [fact.model_copy(update={"id": f"n-{place}"}) for place, fact in told]


def sealed(lines: Lines) -> bytes:
    """A file of these lines whose trailer counts and hashes them: as somebody writes it who knows the format."""
    *body, trailer = lines
    written = b"".join(canonical.to_bytes(line) + b"\n" for line in body)
    counts: dict[str, int] = {}
    for line in body:
        counts[line["line"]] = counts.get(line["line"], 0) + 1
    told = {**trailer, "sha256": sha256(written).hexdigest(), "counts": counts}
    return written + canonical.to_bytes(told) + b"\n"


def first(lines: Lines, kind: str, **members: Any) -> dict[str, Any]:
    """The first line of a kind with these members."""
    return next(one for one in lines if one["line"] == kind and members.items() <= one.items())


def altered_entry(lines: Lines, **members: Any) -> None:
    last = [one for one in lines if one["line"] == "entry"][-1]
    last["bytes"] = canonical.to_bytes(canonical.from_bytes(last["bytes"].encode()) | members).decode()


def altered(kind: str, name: str, change: Callable[[Any], Any]) -> Callable[[Lines], None]:
    def work(lines: Lines) -> None:
        one = next(line for line in lines if line["line"] == kind and name in line)
        one[name] = change(one[name])

    return work


def without(kind: str) -> Callable[[Lines], None]:
    def work(lines: Lines) -> None:
        lines.remove(first(lines, kind))

    return work


def of_edition(lines: Lines) -> None:
    one = next(line for line in lines if line["line"] == "entry" and '"kind":"terms"' in line["bytes"])
    one["bytes"] = one["bytes"].replace("2026-12", "2031-01")


def other_key(lines: Lines) -> None:
    first(lines, "key", participant="P1")["key"] = "11" * 32


def twice(kind: str) -> Callable[[Lines], None]:
    def work(lines: Lines) -> None:
        lines.insert(lines.index(first(lines, kind)), dict(first(lines, kind)))

    return work


FORGERIES: dict[str, tuple[Callable[[Lines], object], str]] = {
    "an unknown version": (altered("header", "v", lambda v: 2), "another version of the format"),
    "another file": (altered("header", "format", lambda name: "other"), "no export of a ledger"),
    "another ledger's name": (altered("header", "ledger", lambda name: "other"), "another name"),
    "an unknown kind": (lambda lines: lines.insert(3, {"line": "payment"}), "unknown kind"),
    "an entry altered": (lambda lines: altered_entry(lines, actor="me"), "is not where its last line says"),
    "an entry of another ledger": (lambda lines: altered_entry(lines, ledger="other"), "that of another ledger"),
    "an entry left out": (without("entry"), "chain of a-first is broken at sequence 2"),
    "an entry twice": (twice("entry"), "is broken at sequence 1"),
    "a fact altered": (
        altered("entry", "payload", lambda text: text.replace("2022", "2021")), "not the one that the log commits to"
    ),
    "a fact that is none": (altered("entry", "payload", lambda text: "{}"), "cannot be read"),
    "a key altered": (other_key, "not the one that the log commits to"),
    "a key twice": (twice("key"), "there twice"),
    "a detail altered": (altered("detail", "item", lambda text: text.replace("0.00", "1.00", 1)), "it commits to"),
    "a detail left out": (without("detail"), "detail of statement"),
    "what is kept altered": (altered("kept", "kept", lambda text: text + " "), "not what its erasure says"),
    "what is kept left out": (without("kept"), "kept of an erased participant is missing"),
    "a leaf left out": (without("leaf"), "has no leaf|signed of another tree"),
    "a leaf altered": (altered("leaf", "bytes", lambda text: text.replace("w.2022", "w.2021")), "not that of the"),
    "a checkpoint altered": (altered("checkpoint", "note", lambda text: text.replace("\n2\n", "\n4\n")), "believed"),
    "a checkpoint without its key": (without("checkpoint_key"), "cannot be believed"),
    "a terms version of a later edition": (of_edition, "an edition that this program does not have"),
    "a member left out": (altered("leaf", "contract", lambda name: None), "cannot be read|damaged"),
    "a number that no database holds": (altered("detail", "position", lambda n: 2**53 - 1), "detail|fit|commits"),
}  # fmt: skip


@pytest.mark.parametrize(("forge_it", "sentence"), FORGERIES.values(), ids=FORGERIES)
async def test_a_forged_export_is_refused_in_a_sentence_and_nothing_of_it_is_stored(
    api: Api, other: Ledger, tmp_path: Path, forge_it: Callable[[Lines], object], sentence: str
) -> None:
    await lived(api)
    async with other.database.begin() as store:
        await store.set_ledger_name(LEDGER_NAME)
    file = await exported(api.ledger, tmp_path / "there.ndjson")
    lines = [json.loads(line) for line in file.read_bytes().splitlines()]
    forge_it(lines)
    file.write_bytes(sealed(lines))
    before = await stored(other)
    with pytest.raises((InvalidInput, WrongState), match=sentence):
        await import_ledger(other, file)
    assert await stored(other) == before


async def test_any_bit_that_flips_and_any_byte_that_is_missing_at_the_end_is_noticed(
    api: Api, other: Ledger, tmp_path: Path
) -> None:
    await lived(api)
    file = await exported(api.ledger, tmp_path / "there.ndjson")
    whole_file, chance = file.read_bytes(), random.Random(7)
    trailer = whole_file.rindex(b"\n", 0, -1) + 1
    places = [chance.randrange(len(whole_file)) for _ in range(60)]
    places += [chance.randrange(trailer, len(whole_file)) for _ in range(60)]
    for place in places:
        damaged = bytearray(whole_file)
        damaged[place] ^= 1 << chance.randrange(8)
        file.write_bytes(bytes(damaged))
        with pytest.raises(LedgerError):
            await import_ledger(other, file)
    for end in [0, 1, trailer, trailer - 1, len(whole_file) - 1, *sorted(places[:10])]:
        file.write_bytes(whole_file[:end])
        with pytest.raises(InvalidInput, match=r"cut off|no export"):
            await import_ledger(other, file)
    file.write_bytes(whole_file + b"\n")
    with pytest.raises(InvalidInput, match="cut off"):
        await import_ledger(other, file)
    async with other.database.reading() as store:
        assert not await store.is_begun()


async def test_only_an_empty_ledger_takes_an_import(api: Api, other: Ledger, tmp_path: Path) -> None:
    await lived(api)
    file = await exported(api.ledger, tmp_path / "there.ndjson")
    await import_ledger(other, file)
    before = await stored(other)
    with pytest.raises(WrongState, match="not empty"):
        await import_ledger(other, file)
    assert await stored(other) == before


BEHIND_ITS_BACK = {
    "the bytes of an entry": "UPDATE log_entry SET bytes = digest WHERE contract = 'w' AND sequence = 2",
    "who made an entry": "UPDATE log_entry SET actor = 'somebody' WHERE contract = 'w' AND sequence = 2",
    "a fact where there is none": "UPDATE fact SET sequence = 1 WHERE contract = 'w' AND sequence = 2",
    "the last leaf": "DELETE FROM statement_leaf WHERE leaf_index = 5",
    "the last entry": "UPDATE contract_head SET sequence = sequence + 1 WHERE contract = 'w'",
}


@pytest.mark.parametrize("statement", BEHIND_ITS_BACK.values(), ids=BEHIND_ITS_BACK)
async def test_a_ledger_that_was_altered_is_not_exported(api: Api, database_url: str, statement: str) -> None:
    await lived(api)
    await forge(database_url, statement)
    with pytest.raises(BrokenInvariant):
        await export_ledger(api.ledger, lambda stored: None)
