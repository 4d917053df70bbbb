"""Commands on keys: of credentials, with roles, party and contracts; and the key that checkpoints are signed with."""

from typing import Annotated

import typer

from service.cli.running import ACTOR, on_the_ledger, out
from service.workflows.access import KEY_LIVES
from service.workflows.checkpoints import accept_restore, rotate_signing_key
from service.workflows.credentials import NewCredential, key_by_hand
from service.workflows.roles import ROLES

app = typer.Typer(help="Keys that callers send, and the key that checkpoints are signed with.", no_args_is_help=True)


@app.callback()
def keys() -> None:
    """Keys that callers send, and the key that checkpoints are signed with."""


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Whose key it is; any other key of this name stops working.")],
    role: Annotated[
        list[str] | None, typer.Option(help=f"Without any: administrator. Each is one of {', '.join(ROLES)}.")
    ] = None,
    party: Annotated[str | None, typer.Option(help="The party it acts for, by its id in the contracts.")] = None,
    source: Annotated[str | None, typer.Option(help="The source whose events alone it may post and read.")] = None,
    contract: Annotated[
        list[str] | None, typer.Option(help="A contract that it is for; without any, all of them.")
    ] = None,
    purpose: Annotated[str | None, typer.Option(help="To which end it reads about participants.")] = None,
    days: Annotated[int, typer.Option(help="For how long the key is good.")] = KEY_LIVES.days,
) -> None:
    """Make a key, and the credential where there is none of that name. It is shown once and never stored."""
    contracts = tuple(contract) if contract else None
    wanted = NewCredential(name, tuple(role or ("administrator",)), party, source, contracts, purpose)
    out.print(on_the_ledger(lambda ledger: key_by_hand(ledger, ACTOR, wanted, days)), highlight=False, soft_wrap=True)


@app.command("rotate-signing")
def rotate_signing() -> None:
    """Sign checkpoints with a new key from now on. Both keys stay published, and both sign one checkpoint."""
    rotated = on_the_ledger(rotate_signing_key)
    out.print(f"before: {rotated.before.text}", highlight=False, soft_wrap=True)
    out.print(f"from now on: {rotated.after.text}", highlight=False, soft_wrap=True)
    out.print("Tell whoever verifies checkpoints; the one that both keys have signed stands in proof checkpoint.")


@app.command("accept-restore")
def accept_restored() -> None:
    """Go on signing behind a backup that was put in on purpose, although later checkpoints were signed.

    Whoever holds one of those will find that it is not continued: tell them.
    """
    was, now = on_the_ledger(accept_restore)
    told = "none" if was is None else f"{was} statements"
    out.print(f"the note beside the signing key told of: {told}", highlight=False, soft_wrap=True)
    out.print(f"signing goes on behind: {now} statements", highlight=False, soft_wrap=True)
