"""The ledger's accounts under names that plain-text accounting programs take, and back again.

`payer:sosu_oj:due` is `Liabilities:Payer:SosuUoj:Due`: what is due is a liability, everything else an asset. Each part
begins with a capital letter (or a digit), and an underscore, which beancount has not, is a capital U; the ledger's own
names have no capital letters, so that nothing is lost.
"""

_UNDERSCORE = "U"


def journal_account(account: str) -> str:
    """An account of the ledger as journals name it."""
    parts = account.split(":")
    root = "Liabilities" if parts[-1] == "due" else "Assets"
    return ":".join([root, *map(_named, parts)])


def ledger_account(name: str) -> str:
    """The inverse of `journal_account`."""
    return ":".join(map(_unnamed, name.split(":")[1:]))


def _named(part: str) -> str:
    return part[:1].upper() + part[1:].replace("_", _UNDERSCORE)


def _unnamed(part: str) -> str:
    return part[:1].lower() + part[1:].replace(_UNDERSCORE, "_")
