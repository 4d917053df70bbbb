"""Commands on contracts: check files without a server, load them into the ledger, put them into words."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli.contract_texts import describe_contract, diff, impact
from service.cli.running import ACTOR, AsJson, answer_json, on_the_ledger, out, told
from service.cli.tables import faults_table
from service.core.errors import InvalidInput
from service.core.terms import Terms
from service.core.terms.checks import oddities
from service.storage.contract_files import TOML, ContractFolder, agreements_in, contract_folder, contract_folders
from service.workflows.contracts import amend_contract, create_contract
from service.workflows.from_files import terms_from
from service.workflows.ledger import Ledger

app = typer.Typer(help="Contract files.", no_args_is_help=True)
app.command("describe")(describe_contract)
app.command()(diff)
app.command()(impact)
Folders = Annotated[
    list[Path], typer.Argument(help="Folders of contracts, or of one contract.", exists=True, file_okay=False)
]


def _folders(paths: list[Path]) -> list[ContractFolder]:
    return told(lambda: [folder for path in paths for folder in contract_folders(path)])


@app.command()
def check(paths: Folders, as_json: AsJson = False) -> None:
    """Check contract folders: every fault with its place and remedy, and what is merely odd. Exit code 1 for faults."""
    faults: list[tuple[str, str, str]] = []
    warnings: list[tuple[str, str, str]] = []
    sound: list[str] = []
    for agreement in [agreement for path in paths for agreement in agreements_in(path)]:
        try:
            folder = contract_folder(agreement)
        except InvalidInput as error:
            faults += [(agreement.name, fault.pointer or "/", fault.detail) for fault in error.faults]
            continue
        for number in range(1, len(folder.versions) + 1):
            name = f"{folder.path.name}/{number}.toml"
            try:
                versions = terms_from(folder.versions[:number])
            except InvalidInput as error:
                faults += [(name, fault.pointer or "/", fault.detail) for fault in error.faults]
                break
            sound.append(name)
            terms = next(version.terms for version in versions.versions if version.sequence == number)
            warnings += [(name, odd.pointer, odd.detail) for odd in oddities(terms, versions.begins)]
    if as_json:
        answer_json({"sound": sound, "faults": _documents(faults), "warnings": _documents(warnings)})
    else:
        _tell(sound, faults, warnings)
    raise typer.Exit(1 if faults or not sound else 0)


def _documents(rows: list[tuple[str, str, str]]) -> list[dict[str, str]]:
    return [{"file": file, "pointer": pointer, "detail": detail} for file, pointer, detail in rows]


def _tell(sound: list[str], faults: list[tuple[str, str, str]], warnings: list[tuple[str, str, str]]) -> None:
    if faults:
        out.print(faults_table("Not sound", faults))
    elif not sound:
        out.print("There is no contract here: a contract folder holds its first version as 1.toml.")
    else:
        out.print(f"{len(sound)} contract files are sound: {', '.join(sound)}.")
    for file, pointer, detail in warnings:
        out.print(f"Odd, {file} {pointer}: {detail}.", highlight=False, soft_wrap=True)


@app.command()
def load(paths: Folders, as_json: AsJson = False) -> None:
    """Register the contracts of folders with all their versions; what is registered already stays as it is."""
    folders = _folders(paths)

    async def work(ledger: Ledger) -> list[Terms]:
        return [terms for folder in folders for terms in await _load(ledger, folder)]

    loaded = on_the_ledger(work)
    if as_json:
        answer_json([{"contract": terms.contract, "version": terms.version} for terms in loaded])
    else:
        for terms in loaded:
            out.print(f"{terms.contract}, version {terms.version}, from {terms.effective_from}: {terms.title}")


async def _load(ledger: Ledger, folder: ContractFolder) -> list[Terms]:
    first = await create_contract(ledger, folder.versions[0], TOML, ACTOR)
    contract = first.terms.contract
    later = [await amend_contract(ledger, contract, file, TOML, ACTOR) for file in folder.versions[1:]]
    return [first.terms, *(registered.terms for registered in later)]
