"""Journals read by the programs that they are written for: hledger and beancount, each in a process of its own."""

import csv
import io
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

from service.render.journal_accounts import ledger_account

ENVIRONMENT = {**os.environ, "LC_ALL": "C.UTF-8"}
BEAN_CHECK = Path(sys.executable).with_name("bean-check")
Balances = Mapping[str, Decimal]


def hledger_balances(program: str, journal: str) -> dict[str, Decimal]:
    """What hledger says that each of the ledger's accounts holds; its checks, also the strict ones, pass first."""
    _run([program, "-f", "-", "check"], journal)
    _run([program, "-f", "-", "check", "--strict"], journal)
    told = _run([program, "-f", "-", "balance", "--flat", "--empty", "--no-total", "-O", "csv"], journal)
    rows = csv.DictReader(io.StringIO(told))
    return {ledger_account(row["account"]): Decimal(row["balance"].split(" ")[0]) for row in rows}


def hledger_transactions(program: str, journal: str) -> list[tuple[str, str, str]]:
    """Date, number and words of every transaction that hledger reads, in the order of the journal."""
    rows = csv.DictReader(io.StringIO(_run([program, "-f", "-", "print", "-O", "csv"], journal)))
    told = [(row["txnidx"], row["date"], row["code"], row["description"]) for row in rows]
    return [(day, code, words) for _, day, code, words in sorted(set(told), key=lambda one: int(one[0]))]


def assert_beancount_holds(journal: str, balances: Balances, currency: str, folder: Path) -> None:
    """bean-check takes the journal, and each account holds exactly that much at its end: beancount's own assertion."""
    asserted = "".join(
        f"{date.max} balance {account} {amount} ~ 0 {currency}\n" for account, amount in balances.items()
    )
    file = folder / "journal.beancount"
    file.write_text(journal + asserted, encoding="utf-8")
    done = subprocess.run(
        [BEAN_CHECK, "--no-cache", file], capture_output=True, text=True, env=ENVIRONMENT, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    opened = {line.split(" ")[2] for line in journal.splitlines() if line[10:16] == " open "}
    assert opened == balances.keys()


def _run(command: list[str], journal: str) -> str:
    done = subprocess.run(command, input=journal, capture_output=True, text=True, env=ENVIRONMENT, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
