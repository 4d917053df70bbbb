"""House rules as tests: each failure lists the places and names the remedy."""

import ast
import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from service.core.terms import Terms
from tests.sources import ROOT, calls, commands, files, modules, names, normalised, pins, places, project

LONGEST_FUNCTION = 60
LONGEST_FILE = 300
BANNED_FILES = {"utils", "util", "helpers", "helper", "common", "base", "manager", "managers", "misc"}
BANNED_WORDS = {"util", "utils", "helper", "helpers", "manager", "managers", "misc"}
# Without PostgreSQL, strace, hledger or a browser, on a developer's machine; on the build server each is a failure.
ALLOWED_SKIPS = {(f"{folder}/conftest.py", "skip") for folder in ("tests", "tests/crash", "tests/browser")}
SKIPPING = {"skip", "skipif", "xfail", "importorskip", "skipIf", "skipUnless", "skipTest", "expectedFailure"}
SQL = re.compile(r"\s*(SELECT|INSERT INTO|UPDATE \w+ SET|DELETE FROM|CREATE|ALTER|DROP|TRUNCATE|PRAGMA)\s")

# Written in pieces, so that this file does not hold what it looks for.
UNFINISHED = re.compile(r"\b(TO[D]O|FIX[M]E)\b")
MACHINE_PATH = re.compile(rf"(?<![\w.}})])/({'|'.join(['root', 'work', 'home', 'Users'])})/")
REGISTRIES = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("crates", "io"),
        ("anaconda", "org"),
        ("proxy", "golang", "org"),
    )
)

OWN_URL = re.compile(r"(?:https?://)?(?:localhost|127\.0\.0\.1|\$\{?\w+\}?)(?::[^/]+)?(/[^?#]*)")
CURL_BODY = {"-d", "--data", "--data-binary", "--data-raw", "--data-urlencode", "--json", "-F", "--form"}
CURL_VALUE = {"-o", "--output", "-H", "--header", "-u", "--user", "-w", "--write-out"}


def told(remedy: str, faults: Iterable[str]) -> str:
    """A failure message: what to do, then each place where it is to be done."""
    return "\n  ".join([remedy, *sorted(faults)])


def test_functions_are_short() -> None:
    faults = [
        f"{path}:{node.lineno}: {node.name} has {length} lines"
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > LONGEST_FUNCTION
    ]
    assert not faults, told(f"Split these functions: {LONGEST_FUNCTION} lines at the most, ten as a rule.", faults)


def test_files_have_one_job() -> None:
    lengths = {path: len((ROOT / path).read_text("utf-8").splitlines()) for path, _ in modules()}
    faults = [f"{path}: {length} lines" for path, length in lengths.items() if length > LONGEST_FILE]
    assert not faults, told(f"Split these files by job: {LONGEST_FILE} lines at the most.", faults)


def test_modules_open_with_a_sentence_that_says_their_job() -> None:
    openings = {path: (ast.get_docstring(tree) or "").partition("\n")[0] for path, tree in modules()}
    faults = [f"{path}: {opening!r}" for path, opening in openings.items() if not opening.endswith(".")]
    assert not faults, told("Open with a docstring of one sentence, full stop included.", faults)


def test_names_say_what_a_thing_is() -> None:
    faults = [f"{path}: file name" for path in files() if path.stem in BANNED_FILES or BANNED_FILES & {*path.parts}]
    for path, tree in modules():
        for name, line in names(tree):
            words = {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)}
            if words & BANNED_WORDS or (name.endswith("Service") and name[0].isupper()):
                faults.append(f"{path}:{line}: {name}")
    assert not faults, told("Name these after what they do in the field, or move them to where they are used.", faults)


def test_only_the_unit_of_work_commits() -> None:
    faults = [
        f"{path}:{call.lineno}"
        for path, tree in modules("service")
        for name, call, is_method in calls(tree)
        if is_method and name == "commit" and str(path) != "service/storage/database.py"
    ]
    assert not faults, told("Do not commit here: work inside `async with database.begin()`.", faults)


def test_only_the_command_line_prints() -> None:
    faults = [
        f"{path}:{call.lineno}"
        for path, tree in modules("service", "migrations")
        for name, call, is_method in calls(tree)
        if name == "print" and not is_method and not path.is_relative_to("service/cli")
    ]
    assert not faults, told("Return it or log it; only service/cli prints.", faults)


def test_private_keys_are_handled_in_one_module_only() -> None:
    faults = [
        f"{path}:{node.lineno}"
        for path, tree in modules("service")
        if str(path) != "service/storage/signing_keys.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.alias | ast.Attribute)
        and "PrivateKey" in (getattr(node, "name", "") or ast.unparse(node))
    ]
    assert not faults, told("Sign through service/storage/signing_keys.py.", faults)


def test_sql_is_written_in_storage_only() -> None:
    faults = [
        f"{path}:{place}"
        for path, tree in modules("service")
        if not path.is_relative_to("service/storage")
        for place in _sql_in(tree)
    ]
    assert not faults, told("Move the statement into a function of service/storage and call that.", faults)


def _sql_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(module)) | ast.alias(name=module) if module.split(".")[0] in (
                "sqlalchemy",
                "sqlmodel",
            ):
                yield f"{node.lineno}: import of {module}"
            case ast.Call(func=ast.Name(id="select" | "text" as name)):
                yield f"{node.lineno}: {name}("
            case ast.Constant(value=str(text)) if SQL.match(text):
                yield f"{node.lineno}: {text[:40]!r}"


def test_the_core_documents_what_it_offers() -> None:
    faults = [
        f"{path}:{node.lineno}: {node.name}"
        for path, tree in modules("service/core")
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert not faults, told("Add a docstring that states the rule and its edge, or mark it private with `_`.", faults)


def test_nothing_is_left_for_later() -> None:
    faults = places(UNFINISHED)
    assert not faults, told("Do it now, or leave it out.", faults)


def test_no_test_is_skipped() -> None:
    faults = [
        f"{path}:{node.lineno}: {node.attr}"
        for path, tree in modules("tests")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in SKIPPING and (str(path), node.attr) not in ALLOWED_SKIPS
    ]
    assert not faults, told("Mend the test or delete it.", faults)


def test_committed_text_names_no_machine_and_no_registry() -> None:
    faults = places(MACHINE_PATH) + places(re.compile("|".join(re.escape(host) for host in REGISTRIES)))
    assert not faults, told("Use a path relative to the project; leave package hosts to the user's settings.", faults)


def test_imports_go_one_way() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"Move the code to the layer it belongs to (pyproject.toml):\n{done.stdout[-3000:]}"


def test_the_schema_of_the_terms_is_current() -> None:
    path = ROOT / "contracts/schema.json"
    wanted = json.dumps(Terms.model_json_schema(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    assert path.is_file() and path.read_text("utf-8") == wanted, "run `make schema`: contracts/schema.json is old"


def test_every_dependency_is_explained() -> None:
    document = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    rows = {normalised(line.split("|")[1]) for line in document.splitlines() if line.startswith("| `")}
    faults = [f"{name} has no row" for name in _declared("runtime", "development", "build") - rows]
    faults += [f"{name} is not a dependency" for name in rows - pins("requirements-dev.txt").keys()]
    assert not faults, told("Say in docs/dependencies.md what each is for and why this one.", faults)


def _declared(*kinds: str) -> set[str]:
    wanted = {
        "runtime": project()["project"]["dependencies"],
        "development": project()["project"]["optional-dependencies"]["dev"],
        "build": project()["build-system"]["requires"],
    }
    return {normalised(requirement) for kind in kinds for requirement in wanted[kind]}


def test_every_dependency_is_pinned_with_hashes() -> None:
    shipped, developed = pins("requirements.txt"), pins("requirements-dev.txt")
    faults = [f"requirements.txt: {name}" for name in _declared("runtime", "build") - shipped.keys()]
    faults += [f"requirements-dev.txt: {name}" for name in _declared("development") - developed.keys()]
    faults += [f"{name} differs between the two files" for name in shipped if shipped[name] != developed.get(name)]
    faults += [f"{name} has no version or no hash" for name, pin in (shipped | developed).items() if not all(pin)]
    assert not faults, told("Run `make lock`.", faults)


def test_documented_make_targets_exist() -> None:
    targets = set(re.findall(r"^([\w.-]+):(?!=)", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    faults = [
        f"{path}: make {word}"
        for path, words in commands("make")
        for word in words
        if "=" not in word and not word.startswith("-") and word not in targets
    ]
    assert not faults, told("Document a target that the Makefile has (`make help`).", faults)


def test_documented_commands_exist() -> None:
    documented = list(commands("outcomes-ledger"))
    faults = [f"{path}: {unknown}" for path, words in documented if (unknown := _unknown_to_cli(words))]
    assert not faults, told("Document a command that `outcomes-ledger --help` shows.", faults)


def _unknown_to_cli(words: list[str]) -> str | None:
    command: Any = importlib.import_module("typer.main").get_command(importlib.import_module("service.cli").app)
    for word in words:
        options = {"--help", *(option for each in command.params for option in [*each.opts, *each.secondary_opts])}
        if word.startswith("-"):
            if word.partition("=")[0] not in options:
                return word
        elif children := getattr(command, "commands", None):
            if word not in children:
                return word
            command = children[word]
    return None


def test_documented_requests_exist() -> None:
    requests = [(path, *found) for path, words in commands("curl") if (found := _request(words))]
    faults = [f"{path}: {method} {url}" for path, method, url in requests if not _is_answered(method, url)]
    assert not faults, told("Document a request that the API answers (/openapi.json).", faults)


def _request(words: list[str]) -> tuple[str, str] | None:
    """The method and path of a curl command, when it asks this service."""
    method, own = "", None
    for flag, word in zip(["", *words], words, strict=False):
        if flag in ("-X", "--request"):
            method = word
        elif flag not in CURL_VALUE | CURL_BODY:
            own = own or OWN_URL.match(word)
    implied = "POST" if CURL_BODY & {*words} else "PUT" if {"-T", "--upload-file"} & {*words} else "GET"
    return (method or implied, own.group(1)) if own else None


def _is_answered(method: str, path: str) -> bool:
    main: Any = importlib.import_module("service.main")
    app = main.create_app()
    # The page and the document of the API are served without standing in it.
    if method == "GET" and path in {getattr(route, "path", None) for route in app.routes}:
        return True
    return any(
        method.lower() in operations and re.fullmatch(re.sub(r"\\{.*?\\}", "[^/]+", re.escape(template)), path)
        for template, operations in app.openapi()["paths"].items()
    )
