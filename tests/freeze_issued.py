"""Freezes issued statements at a release: their digests go into tests/golden/ISSUED.sha256, which only ever grows."""

import hashlib
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "tests" / "golden" / "ISSUED.sha256"
_STATEMENTS = "contracts/*/statements/*.json"
_LINE = re.compile(r"([0-9a-f]{64})  (\S+)\n")


def frozen_in(text: str) -> dict[str, str]:
    """The SHA-256 of each frozen file by its path; ValueError for a line of another form, or a path twice.

    Lines are those of sha256sum; the text may be empty.
    """
    lines = [_LINE.fullmatch(line) for line in text.splitlines(keepends=True)]
    found = [(line.group(2), line.group(1)) for line in lines if line]
    if len(dict(found)) != len(lines):
        raise ValueError("a line is not 64 hexadecimal digits, two spaces and a path, or a path is there twice")
    return dict(found)


def digests(root: Path, paths: Iterable[str]) -> dict[str, str]:
    """The SHA-256 of those of the files that are there."""
    there = [path for path in paths if (root / path).is_file()]
    return {path: hashlib.sha256((root / path).read_bytes()).hexdigest() for path in there}


def faults(root: Path, frozen: Mapping[str, str]) -> list[str]:
    """Each frozen file that has changed or vanished, in a sentence."""
    present = digests(root, frozen)
    changed = [f"{path} has changed" for path in sorted(frozen) if path in present and present[path] != frozen[path]]
    return changed + [f"{path} has vanished" for path in sorted(frozen) if path not in present]


def freeze(root: Path, frozen: Mapping[str, str]) -> dict[str, str]:
    """What is frozen once the statements of today are too; ValueError where an earlier one does not hold."""
    found = faults(root, frozen)
    if found:
        raise ValueError("; ".join(found))
    today = (path.relative_to(root).as_posix() for path in root.glob(_STATEMENTS))
    return dict(frozen) | digests(root, today)


def main() -> None:
    """Add every statement of today to the list."""
    try:
        frozen = freeze(ROOT, frozen_in(LIST.read_text("utf-8")))
    except ValueError as error:
        sys.exit(f"Nothing was frozen: {error}. A changed calculation is a new edition (docs/decisions/0028).")
    LIST.write_text("".join(f"{digest}  {path}\n" for path, digest in sorted(frozen.items())), "utf-8")


if __name__ == "__main__":
    main()
