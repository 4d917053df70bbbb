"""The statements shipped beside the contracts are what the contracts give today, byte for byte."""

import pytest

from service.storage.contract_files import ContractFolder
from tests.write_statements import CONTRACTS, files_of, folders


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: folder.path.name)
def test_the_statements_in_the_folder_are_those_the_contract_gives(folder: ContractFolder) -> None:
    wanted = dict(files_of(folder))
    there = {file.relative_to(CONTRACTS) for file in (folder.path / "statements").iterdir()}
    assert there == wanted.keys(), "run `make statements`, and read what changed before it is committed"
    old = [str(path) for path, stored in wanted.items() if (CONTRACTS / path).read_bytes() != stored]
    assert not old, "run `make statements`, and read what changed before it is committed"
