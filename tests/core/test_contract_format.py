"""The guide to contract files: it names every field there is, and the contract it shows reads without a fault."""

from pathlib import Path

from pydantic import BaseModel

from service.core.terms import contract, rules, tariffs, words
from service.storage.contract_files import TOML, terms_in
from service.storage.event_files import COLUMNS

README = Path(__file__).parents[2] / "contracts" / "README.md"


def _fields() -> set[str]:
    models = {
        model
        for module in (contract, rules, tariffs, words)
        for model in vars(module).values()
        if isinstance(model, type) and issubclass(model, BaseModel) and model.__module__ == module.__name__
    }
    return {field.alias or name for model in models for name, field in model.model_fields.items()}


def test_the_readme_names_every_field_of_the_format_and_every_column_of_the_facts() -> None:
    text = README.read_text("utf-8")
    missing = sorted(name for name in {*_fields(), *COLUMNS} if f"`{name}`" not in text)
    assert missing == []


def test_the_contract_in_the_readme_reads_without_a_fault() -> None:
    text = README.read_text("utf-8")
    example = text.split("```toml\n", 1)[1].split("```", 1)[0]
    assert terms_in(example.encode(), TOML, None).version == 1
