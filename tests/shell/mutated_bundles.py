"""Bundles that somebody changed: each of seeded kinds, among them every digest made again up to the signature."""

import io
import random
import zipfile
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from service.core import canonical
from service.core.merkle import tree_root
from service.core.notes import ed25519_key, signed_note
from service.core.proofs import Checkpoint, LogProof, leaf_bytes, read_proof
from service.workflows.bundles import manifest_of, member_info

Files = dict[str, bytes]
Change = Callable[[random.Random, Files, Files], Files]


def unpacked(bundle: bytes) -> Files:
    """The files of a bundle in their order."""
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files: Files) -> bytes:
    """The zip that these files make."""
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        for name, content in files.items():
            archive.writestr(member_info(name), content)
    return into.getvalue()


def listed(files: Files) -> Files:
    """The same with the manifest made again."""
    others = {name: content for name, content in files.items() if name != "manifest.json"}
    told = {name: (len(content), canonical.sha256_hex(content)) for name, content in others.items()}
    statement = canonical.from_bytes(others["statement.json"])["number"] if "statement.json" in others else "?"
    return {**others, "manifest.json": manifest_of(statement.replace("/", "."), told)}


def flipped(chance: random.Random, content: bytes) -> bytes:
    """The bytes with one bit the other way round."""
    place = chance.randrange(len(content))
    return content[:place] + bytes([content[place] ^ (1 << chance.randrange(8))]) + content[place + 1 :]


def _flip(chance: random.Random, files: Files, _: Files) -> Files:
    name = chance.choice([name for name, content in files.items() if content])
    return {**files, name: flipped(chance, files[name])}


def _remove(chance: random.Random, files: Files, _: Files) -> Files:
    # What may be there or not by the reader's own wish is no change when it is not there.
    gone = chance.choice([name for name in files if name not in ("consistency.json", "manifest.json")])
    return {name: content for name, content in files.items() if name != gone}


def _add(chance: random.Random, files: Files, other: Files) -> Files:
    name = chance.choice(["notes.txt", "terms/9.txt", "earlier/w.2021.a.1.json", "README"])
    return {**files, name: chance.choice([*other.values()])}


def _swap(chance: random.Random, files: Files, _: Files) -> Files:
    one, two = chance.sample([name for name in files if name != "manifest.json"], 2)
    return {**files, one: files[two], two: files[one] + b"\n" * (files[one] == files[two])}


def _replace(chance: random.Random, files: Files, other: Files) -> Files:
    differing = [name for name in files if name != "manifest.json" and files[name] != other.get(name, files[name])]
    name = chance.choice(differing)
    return {**files, name: other[name]}


def _edit_statement(chance: random.Random, files: Files, _: Files) -> Files:
    return reissued(files, chance.choice(["payable", "stated_before", "lines"]))


def reissued(files: Files, total: str, key: Ed25519PrivateKey | None = None) -> Files:
    """The statement with another total and every digest above made again; with a key, a tree of its own, signed."""
    document = canonical.from_bytes(files["statement.json"])
    document["totals"][total] = "1" + document["totals"][total].lstrip("-")
    stored, lines = canonical.to_bytes(document), files["log.ndjson"].split(b"\n")
    entry = canonical.from_bytes(lines[-2])
    entry["body"]["document"] = document
    lines[-2] = canonical.to_bytes(entry)
    proof = read_proof(files["proof.tlog-proof"])
    leaf = canonical.from_bytes(proof.leaf)
    sha256, digest = bytes.fromhex(canonical.sha256_hex(stored)), canonical.leaf_digest(lines[-2])
    told = leaf_bytes(leaf["ledger"], leaf["statement"], sha256, leaf["contract"], leaf["sequence"], digest)
    forged, keys = LogProof(proof.index, proof.hashes, proof.checkpoint, told), files["keys.txt"]
    if key is not None:
        public = ed25519_key(f"{leaf['ledger']}/statements", key.public_key().public_bytes_raw())
        text = Checkpoint(public.name, 1, tree_root([canonical.leaf_digest(told)])).text
        note = signed_note(text, [(public, key.sign)])
        forged, keys = LogProof(0, (), note.stored, told), f"{public.text}\n".encode()
    return {
        **files,
        "statement.json": stored,
        "proof.tlog-proof": forged.stored,
        "checkpoint.txt": forged.checkpoint,
        "keys.txt": keys,
        "log.ndjson": b"\n".join(lines),
    }


def _sign_anew(chance: random.Random, files: Files, _: Files) -> Files:
    return reissued(files, "payable", Ed25519PrivateKey.from_private_bytes(chance.randbytes(32)))


def _raise_an_amount(chance: random.Random, files: Files, _: Files) -> Files:
    """A line of the detail with its commitment made again, where there is one; else the terms."""
    name = "detail.ndjson" if "detail.ndjson" in files else "terms/1.txt"
    if name.startswith("terms"):
        return {name: content + b"\n" * (name == "terms/1.txt") for name, content in files.items()}
    lines = [canonical.from_bytes(line) for line in files[name].split(b"\n")[:-1]]
    one = chance.choice(lines)
    one["item"]["sentence"] = "changed"
    one["commitment"] = canonical.commitment(bytes.fromhex(one["salt"]), canonical.to_bytes(one["item"]))
    return {**files, name: b"".join(canonical.to_bytes(line) + b"\n" for line in lines)}


CHANGES: tuple[Change, ...] = (_flip, _remove, _add, _swap, _replace, _edit_statement, _sign_anew, _raise_an_amount)


def mutated(seed: int, bundle: bytes, other: bytes) -> bytes:
    """The bundle as somebody left it; every kind of change comes with the manifest as it was, and made again."""
    chance, kinds = random.Random(seed), len(CHANGES) + 1
    kind, is_listed = seed % kinds, seed // kinds % 2
    if kind == len(CHANGES):
        return bundle[: chance.randrange(len(bundle))] if is_listed else flipped(chance, bundle)
    files = CHANGES[kind](chance, unpacked(bundle), unpacked(other))
    return packed(listed(files) if is_listed else files)


def vkey_of(bundle: bytes) -> str:
    """The first key in a bundle that is known to be good."""
    return unpacked(bundle)["keys.txt"].decode().splitlines()[0]
