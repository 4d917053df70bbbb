"""Every test that the threat model relies on exists, so that nothing there is a mere claim."""

import ast
import re

from tests.sources import ROOT

PAGE = ROOT / "docs" / "threat-model.md"
NAMED = re.compile(r"`(tests/[a-z_/]+\.py)(?:::(\w+))?`")


def functions_of(path: str) -> set[str]:
    """The tests of a file."""
    file = ROOT / path
    if not file.is_file():
        return set()
    tree = ast.walk(ast.parse(file.read_text("utf-8")))
    return {node.name for node in tree if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_test_of_the_threat_model_exists() -> None:
    named = NAMED.findall(PAGE.read_text("utf-8"))
    assert len(named) > 20
    missing = [
        f"{path}::{test}" for path, test in named if not (test in functions_of(path) if test else functions_of(path))
    ]
    assert not missing, f"the threat model relies on tests that are not there: {missing}"
