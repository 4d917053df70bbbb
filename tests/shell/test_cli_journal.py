"""The journal on the command line: what the API sends, ready to be piped into the program that reads it."""

from decimal import Decimal

from tests.journal_programs import hledger_balances
from tests.shell.test_cli import DIALOG, Cli


def test_the_journal_goes_to_standard_output_for_each_program(database_url: str, hledger: str) -> None:
    cli = Cli(database_url)
    cli.run("contracts", "load", DIALOG)
    cli.run("events", "load", DIALOG / "events.csv", "--contract", "dialog-mod-vold")
    cli.issue("dialog-mod-vold", "2023")
    written = cli.run("journal", "dialog-mod-vold").stdout
    assert hledger_balances(hledger, written) == {
        "investor:council:receivable": Decimal(230000),
        "investor:dsi:receivable": Decimal(230000),
        "payer:sfb:due": Decimal(-460000),
    }
    assert cli.run("journal", "dialog-mod-vold", "--format", "beancount").stdout.startswith('option "title"')
    assert cli.run("journal", "dialog-mod-vold", "--format", "csv").stdout.count("\n") == 5
    assert "no contract by that name" in cli.run("journal", "nobody", code=1).stderr
