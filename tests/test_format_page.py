"""Every vector of the page on formats is recomputed from the words of the page alone, and by the product."""

import base64
import hashlib
import hmac
import io
import json
import re
import zipfile
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from service.core import canonical, merkle, notes, proofs
from service.core.statement.detail import detail_digest, salt_of
from service.storage.rows import Head
from service.workflows.bundles import manifest_of, member_info
from service.workflows.journal import broken_link, entry_from
from service.workflows.proving import Consistency
from tests.sources import ROOT

PAGE = (ROOT / "docs" / "format.md").read_text("utf-8")
BLOCK = re.compile(r"^```(json|text) (\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
Vectors = dict[str, Any]
WRONG = (AssertionError, KeyError, TypeError, ValueError, IndexError, InvalidSignature)  # BadNote is a ValueError


def vectors(page: str) -> Vectors:
    return {name: json.loads(text) if kind == "json" else text for kind, name, text in BLOCK.findall(page)}


def plain(document: Any) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def from_base64(text: str) -> bytes:
    value = base64.b64decode(text, validate=True)
    assert base64.b64encode(value).decode() == text
    return value


def root_of(leaves: list[bytes]) -> bytes:
    """As RFC 9162 defines it, over again for each half."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha()
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return sha(b"\x01", root_of(leaves[:half]), root_of(leaves[half:]))


def judge_documents(told: Vectors) -> None:
    one = told["canonical"]
    assert bytes.fromhex(one["bytes_hex"]) == plain(one["document"]) == canonical.to_bytes(one["document"])
    assert one["sha256"] == sha(plain(one["document"])).hex() == canonical.sha256_hex(plain(one["document"]))
    assert set(one) == {"document", "bytes_hex", "sha256"}


def judge_log(told: Vectors) -> None:
    before, stored = "00" * 32, []
    for sequence, one in enumerate(told["log"], start=1):
        entry = one["entry"]
        assert (entry["v"], entry["sequence"], entry["previous"]) == (1, sequence, before)
        before = one["digest"]
        assert before == sha(b"\x00", plain(entry)).hex()
        stored.append(entry_from(plain(entry)))
        assert stored[-1].digest.hex() == before and set(one) == {"entry", "digest"}
    assert broken_link(stored, Head(0, bytes(32))) is None
    terms = told["log"][0]["entry"]["body"]
    assert terms["sha256"] == sha(terms["file"].encode()).hex()


def judge_commitments(told: Vectors) -> None:
    fact = told["commitment"]
    key, stored = bytes.fromhex(fact["key"]), plain(fact["fact"])
    assert fact["label"] == f"fact/{fact['fact']['source']}/{fact['fact']['id']}"
    salt = hmac.digest(key, fact["label"].encode(), "sha256")
    assert salt.hex() == fact["salt"] and salt == salt_of(key, fact["label"])
    assert fact["commitment"] == sha(salt, stored).hex() == canonical.commitment(salt, stored)
    body = told["log"][1]["entry"]["body"]
    assert body == {**{name: fact["fact"][name] for name in ("source", "id")}, "commitment": fact["commitment"]}
    assert set(fact) == {"key", "label", "salt", "fact", "commitment"}


def judge_detail(told: Vectors) -> None:
    detail, statement = told["detail"], told["log"][2]["entry"]["body"]["document"]
    key = bytes.fromhex(detail["key"])
    for position, line in enumerate(detail["lines"], start=1):
        if "item" in line:
            salt = hmac.digest(key, f"{statement['number']}#{position}".encode(), "sha256")
            assert line["item"]["position"] == position and line["salt"] == salt.hex()
            assert salt == salt_of(key, f"{statement['number']}#{position}")
            assert line["commitment"] == sha(salt, plain(line["item"])).hex()
            assert line["commitment"] == canonical.commitment(salt, plain(line["item"]))
    listed = [line["commitment"] for line in detail["lines"]]
    assert statement["detail_digest"] == sha("".join(f"{one}\n" for one in listed).encode()).hex()
    assert statement["detail_digest"] == detail_digest(listed)
    assert [set(line) for line in detail["lines"]] == [{"item", "salt", "commitment"}, {"commitment"}]


def judge_leaf(told: Vectors) -> None:
    leaf, entry = told["leaf"]["leaf"], told["log"][2]
    document = entry["entry"]["body"]["document"]
    digest, sha256 = bytes.fromhex(entry["digest"]), sha(plain(document))
    place = (entry["entry"]["contract"], entry["entry"]["sequence"])
    name = document["number"].replace("/", ".")
    assert plain(leaf) == proofs.leaf_bytes(entry["entry"]["ledger"], name, sha256, *place, digest)
    assert told["leaf"]["leaf_hash"] == sha(b"\x00", plain(leaf)).hex() == canonical.leaf_digest(plain(leaf)).hex()
    assert leaf["digest"] == entry["digest"] and leaf["sha256"] == sha256.hex()


def judge_tree(told: Vectors) -> None:
    leaves = [bytes.fromhex(one) for one in told["tree"]["leaf_hashes"]]
    assert leaves[2].hex() == told["leaf"]["leaf_hash"]
    for size in range(len(leaves) + 1):
        root = bytes.fromhex(told["tree"]["roots"][size])
        assert root == root_of(leaves[:size]) == merkle.tree_root(leaves[:size])
    assert len(told["tree"]["roots"]) == 6 and set(told["tree"]) == {"leaf_hashes", "roots"}
    one = told["consistency"]
    old, new = root_of(leaves[:3]), root_of(leaves)
    hashes = (leaves[2], leaves[3], root_of(leaves[:2]), leaves[4])
    assert Consistency(3, 5, old, new, hashes).document == one
    assert [from_base64(root) for root in (one["from_root"], one["to_root"])] == [old, new]
    assert tuple(map(from_base64, one["hashes"])) == hashes
    assert merkle.is_consistent(3, 5, old, new, hashes)


def judge_notes(told: Vectors) -> None:
    key, checkpoint = told["key"], told["checkpoint"]
    public = bytes.fromhex(key["public"])
    key_id = sha(key["name"].encode(), b"\n\x01", public)[:4]
    assert key["id"] == key_id.hex() and set(key) == {"name", "public", "id", "vkey"}
    assert key["vkey"] == "+".join((key["name"], key["id"], base64.b64encode(b"\x01" + public).decode()))
    assert notes.read_key(key["vkey"]) == notes.ed25519_key(key["name"], public)
    text, _, line = checkpoint.rpartition("\n\n")
    dash, name, signature = line.removesuffix("\n").split(" ")
    assert (dash, name, from_base64(signature)[:4]) == ("\u2014", key["name"], key_id) and line.endswith("\n")
    Ed25519PublicKey.from_public_bytes(public).verify(from_base64(signature)[4:], f"{text}\n".encode())
    root = bytes.fromhex(told["tree"]["roots"][5])
    origin = re.sub(r"[\s+]+", "-", told["leaf"]["leaf"]["ledger"]) + "/statements"
    assert text.split("\n") == [origin, "5", base64.b64encode(root).decode()] and key["name"] == origin
    read = proofs.signed_checkpoint(checkpoint.encode(), [notes.read_key(key["vkey"])], origin)
    assert read == proofs.Checkpoint(proofs.origin_of(told["leaf"]["leaf"]["ledger"]), 5, root)


def judge_proof(told: Vectors) -> None:
    leaves = [bytes.fromhex(one) for one in told["tree"]["leaf_hashes"]]
    head, _, checkpoint = told["proof"].partition("\n\n")
    hashes = [leaves[3], root_of(leaves[:2]), leaves[4]]
    stored = plain(told["leaf"]["leaf"])
    encoded = [base64.b64encode(one).decode() for one in (stored, *hashes)]
    assert head.split("\n") == ["c2sp.org/tlog-proof@v1", f"extra {encoded[0]}", "index 2", *encoded[1:]]
    assert checkpoint == told["checkpoint"]
    proof = proofs.read_proof(told["proof"].encode())
    assert proof.stored == told["proof"].encode()
    statement = plain(told["log"][2]["entry"]["body"]["document"])
    key = notes.read_key(told["key"]["vkey"])
    assert proofs.prove_statement(statement, proof, [key], key.name).size == 5


def judge_zip(told: Vectors) -> None:
    one = told["bundle"]
    contents = {name: text.encode() for name, text in one["contents"].items()}
    files = [{"name": name, "bytes": len(text), "sha256": sha(text).hex()} for name, text in contents.items()]
    manifest = one["manifest"]
    assert manifest == {"bundle": "w.2026.a.1", "format": 1, "files": files}
    sizes = {name: (len(text), sha(text).hex()) for name, text in contents.items()}
    assert plain(manifest) == manifest_of(manifest["bundle"], sizes)
    members = {**contents, "manifest.json": plain(manifest)}
    by_page, by_product = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(by_page, "w") as mine, zipfile.ZipFile(by_product, "w") as theirs:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.create_system, info.external_attr = 3, 0o644 << 16
            mine.writestr(info, content)
            with theirs.open(member_info(name), "w") as member:
                member.write(content)
    assert one["zip_sha256"] == sha(by_page.getvalue()).hex() == sha(by_product.getvalue()).hex()
    assert set(one) == {"contents", "manifest", "zip_sha256"}


JUDGES = (
    *(judge_documents, judge_log, judge_commitments, judge_detail),
    *(judge_leaf, judge_tree, judge_notes, judge_proof, judge_zip),
)


def judge(told: Vectors) -> None:
    """Everything the page shows; one of `WRONG` where something is not so."""
    for each in JUDGES:
        each(told)


@pytest.mark.parametrize("check", JUDGES, ids=lambda one: one.__name__.removeprefix("judge_"))
def test_the_page_and_the_product_agree_on_every_vector(check: Any) -> None:
    check(vectors(PAGE))


def test_what_the_page_refuses_is_refused() -> None:
    for text in vectors(PAGE)["refused"]:
        with pytest.raises(ValueError, match="canonical document"):
            canonical.to_bytes(json.loads(text))


def test_one_wrong_character_in_a_vector_is_found() -> None:
    unnoticed = []
    for block in BLOCK.finditer(PAGE):
        if block[2] == "refused":  # another document outside the profile would be refused as well
            continue
        for place in range(*block.span(3)):
            if PAGE[place].isspace() and block[1] == "json":
                continue
            wrong = PAGE[:place] + ("x" if PAGE[place] != "x" else "y") + PAGE[place + 1 :]
            try:
                judge(vectors(wrong))
            except WRONG:
                continue
            unnoticed.append(f"{block[2]}: {PAGE[place - 20 : place + 20]!r}")
    assert not unnoticed, "\n".join(unnoticed)
