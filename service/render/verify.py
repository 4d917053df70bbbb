"""Verifies a bundle of the outcomes ledger: python verify.py BUNDLE.zip --vkey KEY [--checkpoint FILE]."""

from __future__ import annotations

import argparse
import base64
import hashlib
import io
import json
import re
import sys
import zipfile
from decimal import Decimal
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

README_SHA256 = "1b16971a85028fd9a28c3075616f74db89c67761cd1bdab5f1dd31959d90d7fc"
NOT_PROVED = """Not proved: that the events are true; that the amounts follow from them by the rules, which the command
`outcomes-ledger statements verify` recomputes; that the ledger shows everybody the same tree: compare checkpoints."""


class DoesNotHold(Exception):
    """What does not hold, as a sentence."""


def ensure(holds: object, sentence: str) -> None:
    if not holds:
        raise DoesNotHold(sentence)


def canonical(document: Any) -> bytes:
    """Canonical JSON: keys sorted, no spaces, UTF-8, no fractions (which are read as Decimal and not written)."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def read(stored: bytes, name: str) -> Any:
    document = json.loads(stored, parse_float=Decimal)
    ensure(canonical(document) == stored, f"{name} is not canonical JSON.")
    return document


def digest(*parts: bytes) -> bytes:
    """SHA-256 of the parts one behind the other; a leaf has a zero byte in front, a node of the tree a one."""
    return hashlib.sha256(b"".join(parts)).digest()


def from_base64(text: str) -> bytes:
    value = base64.b64decode(text.encode(), validate=True)
    ensure(base64.b64encode(value).decode() == text, "Base64 is written in another than the standard way.")
    return value


def total_of(entries: Any, name: str = "amount") -> Decimal:
    return sum((Decimal(entry[name]) for entry in entries), Decimal(0))


def members_of(stored: bytes) -> dict[str, bytes]:
    """The files by name; the zip has to be the one that they make."""
    with zipfile.ZipFile(io.BytesIO(stored)) as archive:
        ensure(all(info.compress_type == 0 for info in archive.infolist()), "A file in the zip is compressed.")
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    again = io.BytesIO()
    with zipfile.ZipFile(again, "w") as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.create_system, info.external_attr = 3, 0o644 << 16
            archive.writestr(info, content)
    ensure(again.getvalue() == stored, "The zip holds something besides its files, or another program wrote it.")
    return members


def read_checkpoint(stored: bytes, keys: list[str], what: str) -> tuple[str, int, bytes, list[str | None]]:
    """Of a signed note: whose tree, its size and root, and the keys that signed (None: one that is not known)."""
    text, _, signatures = stored.decode().rpartition("\n\n")
    ensure(signatures.endswith("\n"), f"{what} is no signed note.")
    signed_by: list[str | None] = []
    for line in signatures[:-1].split("\n"):
        dash, name, encoded = line.split(" ")
        signature = from_base64(encoded)
        start = f"{name}+{signature[:4].hex()}+" if dash == "\u2014" else "-"
        vkey = next((one for one in keys if one.startswith(start)), None)
        signed_by.append(vkey)
        if vkey is not None:
            public = from_base64(vkey.split("+", 2)[2])
            ensure(digest(name.encode(), b"\n", public)[:4] == signature[:4], f"The key of {name} has not its id.")
            try:
                Ed25519PublicKey.from_public_bytes(public[1:]).verify(signature[4:], f"{text}\n".encode())
            except InvalidSignature:
                raise DoesNotHold(f"The signature of {name} under {what} does not hold.") from None
    ensure(any(signed_by), f"{what} is signed by no key that was given.")
    origin, size, root = text.split("\n")
    return origin, int(size), from_base64(root), signed_by


def root_over(place: int, size: int, leaf: bytes, hashes: list[bytes]) -> bytes:
    """The root of a tree of that size, from a leaf and the hashes beside its way up, which are used up (RFC 9162)."""
    if size == 1:
        return leaf
    beside, left = hashes.pop(), 1 << ((size - 1).bit_length() - 1)
    if place < left:
        return digest(b"\x01", root_over(place, left, leaf, hashes), beside)
    return digest(b"\x01", beside, root_over(place - left, size - left, leaf, hashes))


def roots_over(old: int, new: int, start: bytes | None, hashes: list[bytes]) -> tuple[bytes, bytes]:
    """The roots of a tree of the old size and of the new that begins with it; `start` is the old root where known."""
    if old == new:
        there = start or hashes.pop()
        return there, there
    beside, left = hashes.pop(), 1 << ((new - 1).bit_length() - 1)
    if old <= left:
        was, now = roots_over(old, left, start, hashes)
        return was, digest(b"\x01", now, beside)
    was, now = roots_over(old - left, new - left, None, hashes)
    return digest(b"\x01", beside, was), digest(b"\x01", beside, now)


def cells_hold(metric: Any, items: list[Any]) -> bool:
    """Whether the lines of a detail give the total of a metric, and the amount of each cell where it shows cells."""
    cells: dict[Any, Decimal] = {}
    for item in items:
        price = item.get("price", {"unit_price": None, "tariff": None})
        tariff = price["tariff"] if price["unit_price"] is None else price["unit_price"]
        key = (item["kind"], item["cause"]["code"], item["step"], tariff, item["outcome_period"])
        cells[key] = cells.get(key, Decimal(0)) + Decimal(item["amount"])
    names = ("kind", "cause", "step", "tariff", "outcome_period")
    told = {tuple(one[name] for name in names): Decimal(one["amount"]) for one in metric.get("lines", ())}
    return total_of(items) == Decimal(metric["total"]) and (metric["merged"] or told == cells)


class Bundle(dict[str, bytes]):
    """The files of a bundle by name, and what was proved of them, in sentences."""

    def __missing__(self, name: str) -> bytes:
        raise DoesNotHold(f"{name} is missing from the bundle.")

    def lines(self, name: str) -> list[Any]:
        ensure(self[name].endswith(b"\n") or not self[name], f"The last line of {name} has no end.")
        return [read(line, f"A line of {name}") for line in self[name].split(b"\n")[:-1]]

    def verify(self, program: bytes, vkeys: list[str], kept: bytes | None) -> list[str]:
        """Check everything; what was proved. DoesNotHold."""
        self.proved: list[str] = []
        self.statement, self.log = read(self["statement.json"], "statement.json"), self.lines("log.ndjson")
        self.id, self.is_whole = self.statement["number"].replace("/", "."), "facts.ndjson" in self
        known = self.log[: self.statement["sequence"]] if self.is_whole else []
        stated = [one["body"]["document"] for one in known if one["kind"] == "statement"]
        self.earlier = {"earlier/" + one["number"].replace("/", "."): one for one in stated}
        self.check_files(program)
        self.check_proof(vkeys, kept)
        self.check_statement()
        if self.is_whole:
            self.check_facts({one["sequence"]: one["body"]["commitment"] for one in known if one["kind"] == "fact"})
            self.check_detail("detail.ndjson", self.statement)
        for name, one in self.earlier.items():
            ensure(self[f"{name}.json"] == canonical(one), f"{name}.json is not the statement that the log holds.")
            self.check_detail(f"{name}.detail.ndjson", one)
        return self.proved

    def check_files(self, program: bytes) -> None:
        terms = {f"terms/{one['version']}.txt": one["sha256"] for one in self.statement["terms"]}
        names = ["README.txt", "verify.py", "statement.json", *terms, "edition.txt", "proof.tlog-proof"]
        names += ["checkpoint.txt", "keys.txt", *["consistency.json"][: "consistency.json" in self], "log.ndjson"]
        names += ["detail.ndjson", "facts.ndjson"] if self.is_whole else []
        names += [f"{name}.{part}" for name in self.earlier for part in ("json", "detail.ndjson")]
        files = [{"name": one, "bytes": len(self[one]), "sha256": digest(self[one]).hex()} for one in names]
        manifest = canonical({"bundle": self.id, "format": 1, "files": files})
        ensure(manifest == self["manifest.json"], "A file, or the manifest itself, is not what manifest.json says.")
        ensure([*self] == [*names, "manifest.json"], "The bundle holds other files, or in another order.")
        ensure(self["verify.py"] == program, "The verify.py of the bundle is another one than this, which runs.")
        ensure(digest(self["README.txt"]).hex() == README_SHA256, "README.txt is not the one of this verify.py.")
        ensure(self["edition.txt"].decode() == self.statement["edition"] + "\n", "edition.txt is of another edition.")
        for name, sha256 in terms.items():
            ensure(digest(self[name]).hex() == sha256, f"{name} is not the file whose SHA-256 the statement names.")
        self.proved.append(f"The {len(terms)} files of the terms are those that the statement names.")

    def check_proof(self, vkeys: list[str], kept: bytes | None) -> None:
        keys = self["keys.txt"].decode().splitlines()
        origin, size, root, signed_by = read_checkpoint(self["checkpoint.txt"], keys, "checkpoint.txt")
        signers = "".join(f"{one}\n" for one in signed_by).encode()
        ensure(signers == self["keys.txt"], "keys.txt does not hold exactly the keys that signed, in their order.")
        ensure(not vkeys or {*vkeys} & {*keys}, "The checkpoint is not signed by the key that you gave.")
        first, extra, index, *hashes = self["proof.tlog-proof"].decode().partition("\n\n")[0].split("\n")
        stored, place = from_base64(extra[len("extra ") :]), int(index[len("index ") :])
        head = [first, f"extra {base64.b64encode(stored).decode()}", f"index {place}", *hashes, "\n"]
        same = "\n".join(head).encode() + self["checkpoint.txt"] == self["proof.tlog-proof"]
        ensure(
            same and first == "c2sp.org/tlog-proof@v1" and 0 <= place < size,
            "proof.tlog-proof is no proof under checkpoint.txt.",
        )
        left = [*map(from_base64, hashes)]
        found = root_over(place, size, digest(b"\x00", stored), left)
        ensure(found == root and not left, "The hashes of the proof do not lead from the leaf to the signed root.")
        leaf = read(stored, "The leaf")
        name = re.sub(r"[\s+]+", "-", leaf["ledger"])
        ensure(leaf["v"] == 1 and origin == f"{name}/statements", "The checkpoint is that of another ledger.")
        ensure(leaf["sha256"] == digest(self["statement.json"]).hex(), "The statement is not the one that is signed.")
        ensure(leaf["statement"] == self.id, "The leaf is that of another statement.")
        self.proved.append(f"The statement is leaf {place} of the {size} that {origin} has signed.")
        self.check_earlier_tree(origin, size, root, [*vkeys, *keys], kept)
        self.check_log(leaf)

    def check_earlier_tree(self, origin: str, size: int, root: bytes, keys: list[str], kept: bytes | None) -> None:
        roots = {size: root}
        if "consistency.json" in self:
            told = read(self["consistency.json"], "consistency.json")
            hashes, old = [*map(from_base64, told["hashes"])], told["from_size"]
            found = roots_over(old, size, from_base64(told["from_root"]), hashes) if old else (digest(), root)
            same = found == (from_base64(told["from_root"]), root) and not hashes and len(told) == 5
            same = same and (told["to_size"], from_base64(told["to_root"])) == (size, root)
            ensure(same, "consistency.json does not prove that the tree continues the earlier one.")
            roots[old] = found[0]
        if kept is not None:
            whose, mine, its_root, _ = read_checkpoint(kept, keys, "Your checkpoint")
            ensure(whose == origin, "Your checkpoint is that of another ledger.")
            ensure(mine in roots, f"No proof is here from your {mine} leaves: fetch the bundle with from={mine}.")
            ensure(roots[mine] == its_root, "The tree does not continue your checkpoint: it was written anew.")
            self.proved.append(f"The tree continues your checkpoint of {mine} leaves: none was changed or removed.")

    def check_log(self, leaf: Any) -> None:
        of = (leaf["ledger"], leaf["contract"])
        sequence, before = (1, "00" * 32) if self.is_whole else (leaf["sequence"], self.log[0]["previous"])
        for one, line in zip(self.log, self["log.ndjson"].split(b"\n")):  # noqa: B905  (from Python 3.10 on)
            is_next = [one[name] for name in ("ledger", "contract", "sequence", "previous")] == [*of, sequence, before]
            ensure(is_next, f"The log breaks at entry {sequence}.")
            sequence, before = sequence + 1, digest(b"\x00", line).hex()
        ensure(
            [sequence - 1, before] == [leaf["sequence"], leaf["digest"]], "The log does not end in the signed entry."
        )
        ensure(self.log[-1]["body"]["document"] == self.statement, "The log holds another statement.")
        told = f"The log of {leaf['contract']} holds it as entry {leaf['sequence']}"
        self.proved.append(told + ", and all of the log up to it is here, unaltered." * self.is_whole)

    def check_statement(self) -> None:
        totals = {name: Decimal(amount) for name, amount in self.statement["totals"].items()}
        for one in self.statement["metrics"]:
            amount = one["total"] if one["merged"] else total_of(one["lines"])
            ensure(Decimal(amount) == Decimal(one["total"]), f"The lines of {one['id']} are not its total.")
        lines = total_of(self.statement["metrics"], "total") + total_of(self.statement.get("beside", ()))
        ensure(lines == totals["lines"] == total_of(self.statement["due_from"]), "Metrics, dues and total differ.")
        ensure(totals["stated_before"] + lines == totals["stated_to_date"], "Stated to date does not add up.")
        ensure(total_of(self.statement["postings"]) == 0, "The postings do not sum to zero.")
        self.proved.append("Its lines, totals and postings add up.")

    def check_facts(self, commitments: dict[int, str]) -> None:
        facts, last = self.lines("facts.ndjson"), 0
        for one in facts:
            content = digest(bytes.fromhex(one["salt"]), canonical(one["fact"])).hex()
            holds = len(one) == 3 and one["sequence"] > last and content == commitments.get(one["sequence"])
            ensure(holds, f"The event of entry {one['sequence']} is not the one that the log is committed to.")
            last = one["sequence"]
        gone = len(commitments) - len(facts)
        self.proved.append(
            f"{len(facts)} events are as the log is committed to; {gone} are absent (by erasure: not proved)."
        )

    def check_detail(self, name: str, statement: Any) -> None:
        entries = self.lines(name)
        for position, one in enumerate(entries, start=1):
            holds = len(one) == 3 and one["item"]["position"] == position if "item" in one else len(one) == 1
            if holds and "item" in one:
                holds = digest(bytes.fromhex(one["salt"]), canonical(one["item"])).hex() == one["commitment"]
            ensure(holds, f"Entry {position} of {name} is not the one that the statement is committed to.")
        listed = "".join(f"{one['commitment']}\n" for one in entries).encode()
        ensure(digest(listed).hex() == statement["detail_digest"], f"{name} is not the detail of its statement.")
        items = [one["item"] for one in entries if "item" in one]
        gone = len(entries) - len(items)
        for one in statement["metrics"] if not gone else ():
            lines = [item for item in items if item["item"] == "line" and item["metric"] == one["id"]]
            ensure(cells_hold(one, lines), f"The lines of {one['id']} in {name} do not give what the statement says.")
        told = f"; of {gone} only commitments are here, so nothing is added up" if gone else " and add up to its cells"
        self.proved.append(f"The {len(entries)} entries of {name} are those of its statement{told}.")


def main() -> int:
    command = argparse.ArgumentParser(description="Verify a bundle of the outcomes ledger.")
    command.add_argument("bundle", type=argparse.FileType("rb"))
    command.add_argument("--vkey", action="append", default=[], help="the ledger's public key; may be repeated")
    command.add_argument("--checkpoint", type=argparse.FileType("rb"), help="a file: a checkpoint that you kept")
    given = command.parse_args()
    try:
        with open(__file__, "rb") as program:
            bundle = Bundle(members_of(given.bundle.read()))
            proved = bundle.verify(program.read(), given.vkey, given.checkpoint and given.checkpoint.read())
    except Exception as error:  # whatever a damaged file leads to is told in a sentence
        damaged = f"The bundle is damaged and cannot be read ({type(error).__name__})."
        sys.stdout.write(f"DOES NOT HOLD: {error if isinstance(error, DoesNotHold) else damaged}\n")
        return 1
    sys.stdout.write("".join(f"Proved: {sentence}\n" for sentence in proved) + f"{NOT_PROVED}\n")
    if not given.vkey:
        sys.stdout.write("WARNING: without --vkey this proves only that the bundle fits together, not who signed it.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
