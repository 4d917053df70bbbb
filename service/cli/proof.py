"""Commands on proofs: the end of a contract's log, checkpoints, the proof of a statement, and the keys."""

from typing import Annotated, Any

import typer

from service.cli.running import AsJson, answer_json, on_the_ledger, out
from service.workflows import checkpoints, proving

app = typer.Typer(help="Proofs for those who do not trust whoever runs the ledger.", no_args_is_help=True)


def _tell(document: dict[str, Any], as_json: bool) -> None:
    if as_json:
        answer_json(document)
        return
    for name, value in document.items():
        for line in value if isinstance(value, list) else [value]:
            out.print(f"{name.replace('_', ' ')}: {line}", highlight=False, soft_wrap=True)


@app.command()
def head(contract: Annotated[str, typer.Argument(help="A contract in the ledger.")], as_json: AsJson = False) -> None:
    """Where a contract's log ends: the number and the digest of its last entry."""
    found = on_the_ledger(lambda ledger: proving.contract_head(ledger, contract))
    _tell({"contract": contract, "sequence": found.sequence, "digest": found.digest.hex()}, as_json)


@app.command()
def checkpoint() -> None:
    """Sign the tree of issued statements as it stands, and show the signed note; the last one where it is the same."""
    typer.echo(on_the_ledger(checkpoints.make_checkpoint).note, nl=False)


@app.command()
def statement(statement: Annotated[str, typer.Argument(help="A statement's id, as the list names it.")]) -> None:
    """The proof of a statement, for a .tlog-proof file: with it and the public key the statement is proved anywhere."""
    typer.echo(on_the_ledger(lambda ledger: proving.statement_proof(ledger, statement)).stored, nl=False)


@app.command()
def consistency(
    old: Annotated[int, typer.Argument(metavar="FROM", min=0, help="The size of the tree in your checkpoint.")],
    new: Annotated[
        int | None, typer.Argument(metavar="TO", min=0, help="That of the later one; else the latest one's.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """That the later tree begins with the earlier one."""
    _tell(on_the_ledger(lambda ledger: proving.prove_consistency(ledger, old, new)).document, as_json)


@app.command()
def keys(as_json: AsJson = False) -> None:
    """Every public key that signs or has signed checkpoints; the last one signs now."""
    found = on_the_ledger(checkpoints.checkpoint_keys)
    if as_json:
        answer_json([{"vkey": row.vkey, "made_at": row.made_at.isoformat()} for row in found])
        return
    for row in found:
        out.print(f"{row.made_at.isoformat()}  {row.vkey}", highlight=False, soft_wrap=True)
