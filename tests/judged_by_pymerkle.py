"""`python -m tests.judged_by_pymerkle`: a thousand random trees beside pymerkle, in an environment of its own.

pymerkle is GPL-3.0-or-later: nothing of ours imports it, and it is neither shipped nor installed beside what is. Its
proofs of consistency are not those of the RFC; ours are held against the text of the RFC in tests/core/test_merkle.py.
"""

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from random import Random
from typing import Any

from service.core.canonical import leaf_digest
from service.core.merkle import inclusion_spans, joined, proof_of, subtrees
from tests.core.test_merkle import leaves_of, root, tree_of

VERSION = "7.0.0"
LARGEST, TREES = 3_000, 1_000
_PROGRAM = f"""
import json, sys
from pymerkle import InmemoryTree

tree = InmemoryTree(algorithm="sha256")
for number in range({LARGEST}):
    tree.append_entry(b"leaf %d" % number)

def judged(size, index):
    return tree.get_root(size).hex(), tree.prove_inclusion(index + 1, size).serialize()["path"]

json.dump([judged(*one) for one in json.load(sys.stdin)], sys.stdout)
"""


def main() -> None:
    """Compare; AssertionError with the tree that differs."""
    chance, tree = Random(), tree_of(LARGEST)
    sizes = [chance.randint(1, LARGEST) for _ in range(TREES)]
    asked = [(size, chance.randrange(size)) for size in sizes]
    for (size, index), (its_root, its_proof) in zip(asked, _asked(asked), strict=True):
        told = f"size {size}, leaf {index}"
        assert joined([tree[subtree] for subtree in subtrees((0, size))]).hex() == its_root, told
        assert root(size).hex() == its_root, told
        # Its own form orders the hashes from left to right, the leaf among them.
        leaf = leaf_digest(leaves_of(size)[index]).hex()
        assert {one.hex() for one in proof_of(inclusion_spans(index, size), tree)} == {*its_proof} - {leaf}, told
    sys.stdout.write(f"{TREES} trees of up to {LARGEST} leaves have the roots and proofs of pymerkle {VERSION}.\n")


def _asked(asked: list[tuple[int, int]]) -> list[Any]:
    with tempfile.TemporaryDirectory(prefix="ledger-pymerkle-") as folder:
        venv.create(folder, with_pip=True)
        python = str(Path(folder) / "bin" / "python")
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"pymerkle=={VERSION}"]
        subprocess.run(install, check=True, timeout=300)
        program, given = [python, "-c", _PROGRAM], json.dumps(asked)
        done = subprocess.run(program, input=given, capture_output=True, text=True, timeout=600, check=True)
    found: list[Any] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    main()
