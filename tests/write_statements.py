"""Writes contracts/<name>/statements/: every statement of the demo contracts to their end, or 2024, byte for byte."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from operator import attrgetter
from pathlib import Path

from service.storage.contract_files import ContractFolder, contract_folders
from service.workflows.from_files import PeriodDrafts, drafts_through, read_folder

ROOT = Path(__file__).resolve().parent.parent
CONTRACTS = ROOT / "contracts"
LAST_DAY = date(2024, 12, 31)


def folders() -> tuple[ContractFolder, ...]:
    """The contracts that are shipped."""
    return contract_folders(CONTRACTS)


def periods_of(folder: ContractFolder) -> list[PeriodDrafts]:
    """Every period to the last day for evidence, or 2024, the first one at least; made with keys that are all zero."""
    known = read_folder(folder)
    last = min(LAST_DAY, known.terms.latest.evidence_until)
    wanted = max(known.terms.period_of(last), known.terms.first_period(), key=attrgetter("start"))
    return list(drafts_through(known, wanted, defaultdict(lambda: bytes(32))))


def files_of(folder: ContractFolder) -> Iterator[tuple[Path, bytes]]:
    """The file of each statement, relative to the contracts, and its bytes."""
    for stated in periods_of(folder):
        for draft in stated.drafts:
            yield Path(folder.path.name, "statements", f"{stated.period.label}.{draft.investor}.json"), draft.stored


def write() -> None:
    """Write every file, and remove those that no longer have a statement."""
    for folder in folders():
        wanted = dict(files_of(folder))
        for old in (folder.path / "statements").glob("*.json"):
            if old.relative_to(CONTRACTS) not in wanted:
                old.unlink()
        for path, stored in wanted.items():
            (CONTRACTS / path).parent.mkdir(exist_ok=True)
            (CONTRACTS / path).write_bytes(stored)


if __name__ == "__main__":
    write()
