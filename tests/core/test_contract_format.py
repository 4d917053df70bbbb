"""The guide to contract files: it names every field there is, and the contract it shows reads without a fault."""

import importlib
import pkgutil
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter

from service.core import terms
from service.core.events import read_fact
from service.core.events.facts import KINDS
from service.core.terms import Metric, Terms
from service.core.terms.rules import Rule
from service.core.terms.tariffs import Tariff
from service.storage.contract_files import TOML, terms_in
from service.storage.event_files import COLUMNS, read_events

README = Path(__file__).parents[2] / "contracts" / "README.md"
SHOWN: dict[str, TypeAdapter[Any]] = {"rule": TypeAdapter(Rule), "tariff": TypeAdapter(Tariff)}


def _models() -> Iterator[type[BaseModel]]:
    """Every part of the terms there is, whichever module of the package holds it."""
    for found in pkgutil.iter_modules(terms.__path__):
        module = importlib.import_module(f"{terms.__name__}.{found.name}")
        for model in vars(module).values():
            if isinstance(model, type) and issubclass(model, BaseModel) and model.__module__ == module.__name__:
                yield model


def _fields() -> set[str]:
    return {field.alias or name for model in _models() for name, field in model.model_fields.items()}


def _choices(node: Any) -> Iterator[str]:
    """Every word that some field of the schema offers to choose from."""
    if isinstance(node, dict):
        yield from (str(word) for word in [*node.get("enum", ()), *([node["const"]] if "const" in node else [])])
        yield from (word for part in node.values() for word in _choices(part))
    elif isinstance(node, list):
        yield from (word for part in node for word in _choices(part))


def test_the_readme_names_every_field_of_the_format_and_every_column_of_the_facts() -> None:
    text = README.read_text("utf-8")
    missing = sorted(name for name in {*_fields(), *COLUMNS} if f"`{name}`" not in text)
    assert missing == []


def test_the_readme_names_every_kind_and_every_choice() -> None:
    text = README.read_text("utf-8")
    words = {*_choices(Terms.model_json_schema()), *KINDS}
    missing = sorted(word for word in words if not re.search(rf"`(\w+ = )?\"?{re.escape(word)}\"?`", text))
    assert missing == []


def test_the_contract_in_the_readme_reads_without_a_fault() -> None:
    text = README.read_text("utf-8")
    example = text.split("```toml\n", 1)[1].split("```", 1)[0]
    assert terms_in(example.encode(), TOML, None).version == 1


def _toml(text: str) -> dict[str, Any]:
    return tomllib.loads(text, parse_float=Decimal)


@pytest.mark.parametrize("example", re.findall(r"`((?:rule|tariff) = \{.+?\})`", README.read_text("utf-8")))
def test_every_rule_and_tariff_in_the_readme_reads_without_a_fault(example: str) -> None:
    ((name, shown),) = _toml(example).items()
    assert SHOWN[name].validate_python(shown).kind == shown["kind"]


def test_every_example_in_the_readme_is_toml_and_fits_the_small_contract() -> None:
    blocks = re.findall(r"```toml\n(.+?)```", README.read_text("utf-8"), re.DOTALL)
    for block in blocks:
        for name, shown in _toml(block).items():
            if name != "metrics" and (field := Terms.model_fields.get(name) or Metric.model_fields.get(name)):
                shape: Any = field.annotation
                TypeAdapter(shape).validate_python(shown)
    assert len(blocks) > 5


def test_every_row_of_facts_in_the_readme_is_an_event() -> None:
    blocks = re.findall(r"```csv\n(.+?)```", README.read_text("utf-8"), re.DOTALL)
    facts = [read_fact(event, UTC) for block in blocks for event in read_events(block, "a-small-contract")]
    assert {fact.kind for fact in facts} == {"enrolment", "occurrence", "coverage", "aggregate"}
