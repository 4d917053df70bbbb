"""Commands that put contracts into words: describe one, tell two versions apart, tell what an amendment would do."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from service.cli.running import AsJson, answer_json, on_the_ledger, out, stop, told
from service.core.money import readable, to_text
from service.core.terms import Terms, TermsTimeline
from service.core.terms.describe import describe
from service.core.terms.diff import Change, changes_between
from service.storage.contract_files import contract_file, contract_folder, media_type_of, terms_in
from service.workflows.contracts import contract_versions
from service.workflows.from_files import terms_from
from service.workflows.impact import Effect, Impact, impact_on_folder, impact_on_ledger, last_stated_in

ContractName = Annotated[str, typer.Argument(help="A contract in the ledger, or the folder of one.")]
Version = Annotated[int | None, typer.Option(help="This version; else the latest.")]
File = Annotated[Path, typer.Argument(help="A contract file, TOML or JSON.", exists=True, dir_okay=False)]


def describe_contract(contract: ContractName, version: Version = None, as_json: AsJson = False) -> None:
    """The contract in plain English, clause by clause, to check against the paper."""
    clauses = describe(_version_of(_versions(contract), version))
    if as_json:
        answer_json(
            [{"heading": clause.heading, "sentences": [told.sentence for told in clause.told]} for clause in clauses]
        )
        return
    for clause in clauses:
        out.print(clause.heading, style="bold", highlight=False, soft_wrap=True)
        for sentence in clause.told:
            out.print(f"  {sentence.sentence}", highlight=False, soft_wrap=True)
        out.print()


def _versions(contract: str) -> TermsTimeline:
    folder = Path(contract)
    if folder.is_dir():
        return told(lambda: terms_from(contract_folder(folder).versions))
    return on_the_ledger(lambda ledger: contract_versions(ledger, contract))


def _version_of(versions: TermsTimeline, wanted: int | None) -> Terms:
    by_number = {version.terms.version: version.terms for version in versions.versions}
    if wanted is not None and wanted not in by_number:
        stop(f"The contract has versions 1 to {max(by_number)}.")
    return by_number[max(by_number) if wanted is None else wanted]


def diff(old: File, new: File, as_json: AsJson = False) -> None:
    """What the second file changes of the first, in sentences."""
    first, second = told(lambda: [_terms_in(file) for file in (old, new)])
    changes = changes_between(first, second)
    if as_json:
        answer_json(_changes_document(changes))
        return
    _tell(changes)


def _terms_in(file: Path) -> Terms:
    return terms_in(contract_file(file), media_type_of(file), None)


def _changes_document(changes: Iterable[Change]) -> list[dict[str, str]]:
    return [
        {"clause": change.clause, "about": change.about, "before": change.before, "after": change.after}
        for change in changes
    ]


def _tell(changes: tuple[Change, ...]) -> None:
    if not changes:
        out.print("Both say the same.")
    for change in changes:
        out.print(f"- {change.sentence}", highlight=False, soft_wrap=True)


def impact(
    contract: ContractName,
    amendment: File,
    stated_through: Annotated[
        str | None,
        typer.Option(help="For a folder: the last period taken as stated; else the last that it holds statements of."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """What an amendment would do to open periods and to what was already stated. Nothing is stored."""
    folder = Path(contract)
    media_type = media_type_of(amendment)
    if folder.is_dir():
        last = stated_through or last_stated_in(folder)
        found = told(
            lambda: impact_on_folder(contract_folder(folder), contract_file(amendment, folder), media_type, last)
        )
    else:
        file = told(lambda: contract_file(amendment))
        found = on_the_ledger(lambda ledger: impact_on_ledger(ledger, contract, file, media_type))
    if as_json:
        answer_json(_impact_document(found))
    else:
        _tell(found.changes)
        _tell_effects(found)


def _impact_document(found: Impact) -> dict[str, object]:
    currency = found.amendment.currency
    return {
        "version": found.amendment.version,
        "effective_from": str(found.amendment.effective_from),
        "stated_through": found.stated_through,
        "calculated_through": found.through,
        "changes": _changes_document(found.changes),
        "effects": [
            {
                "period": effect.period,
                "stated": effect.stated,
                "party": effect.party,
                "metric": effect.metric,
                "without": to_text(effect.before_minor, currency),
                "with": to_text(effect.after_minor, currency),
                "difference": to_text(effect.difference_minor, currency),
            }
            for effect in found.effects
        ],
    }


def _tell_effects(found: Impact) -> None:
    currency = found.amendment.currency
    changed = [effect for effect in found.effects if effect.difference_minor]
    stated = sum(effect.difference_minor for effect in changed if effect.stated)
    coming = sum(effect.difference_minor for effect in changed if not effect.stated)
    out.print()
    if found.stated_through is None:
        out.print("Nothing was stated yet.")
    elif any(effect.stated for effect in changed):
        amount = readable(to_text(stated, currency))
        out.print(f"What was stated through {found.stated_through} changes by {amount} {currency} in all.")
    else:
        out.print(f"Nothing of what was stated through {found.stated_through} changes.")
    amount = readable(to_text(coming, currency))
    out.print(f"Open periods through {found.through} change by {amount} {currency} in all, by the facts known now.")
    if changed:
        out.print(_effects_table(changed, currency))


def _effects_table(effects: list[Effect], currency: str) -> Table:
    table = Table(title=f"Outcomes by period, in {currency}", title_justify="left", title_style="bold")
    for name in ("period", "party", "metric"):
        table.add_column(name)
    for name in ("without", "with", "difference"):
        table.add_column(name, justify="right")
    for effect in effects:
        period = f"{effect.period}, stated" if effect.stated else effect.period
        amounts = (effect.before_minor, effect.after_minor, effect.difference_minor)
        table.add_row(period, effect.party, effect.metric, *(readable(to_text(amount, currency)) for amount in amounts))
    return table
