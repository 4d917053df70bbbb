"""The project read as sources: its files, syntax, pins and the commands of its documentation."""

import ast
import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
OURS = ("service", "tests", "migrations")


@cache
def files() -> tuple[Path, ...]:
    """Every file of the project, tracked or about to be, relative to the root."""
    # A clone may belong to another user than the one who runs the tests.
    git = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(git, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(sorted(Path(name) for name in set(listed.split("\0")) if name and (ROOT / name).is_file()))


def modules(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    """The Python files under the folders (all of ours, when none is given), read as syntax."""
    for path in files():
        if path.suffix == ".py" and any(path.is_relative_to(folder) for folder in folders or OURS):
            yield path, parsed(path)


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse((ROOT / path).read_text("utf-8"))


def texts() -> Iterator[tuple[Path, str]]:
    """Every file that is text."""
    for path in files():
        content = (ROOT / path).read_bytes()
        if b"\0" not in content:
            yield path, content.decode()


def places(pattern: re.Pattern[str]) -> list[str]:
    """Each line of text that matches, as path:line: found."""
    return [
        f"{path}:{number}: {found.group()}"
        for path, text in texts()
        for number, line in enumerate(text.splitlines(), start=1)
        if (found := pattern.search(line))
    ]


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call, bool]]:
    """Each call with the last part of its name, and whether it is a method's."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield node.func.attr, node, True
            elif isinstance(node.func, ast.Name):
                yield node.func.id, node, False


def names(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Each name that a module gives, with its line."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name, node.lineno
            case ast.arg():
                yield node.arg, node.lineno
            case ast.Name(ctx=ast.Store()):
                yield node.id, node.lineno


def normalised(requirement: str) -> str:
    """The name of a package in the form in which lock files write it."""
    found = re.match(r"[\w.-]+", requirement.strip().strip("`"))
    return re.sub(r"[-_.]+", "-", found.group()).lower() if found else ""


@cache
def project() -> dict[str, Any]:
    """What pyproject.toml says."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def pins(file: str) -> dict[str, tuple[str, int]]:
    """Each pin of a requirements file: its version, and how many hashes it has."""
    found: dict[str, tuple[str, int]] = {}
    for block in re.split(r"\n(?=\S)", (ROOT / file).read_text("utf-8").strip()):
        name, _, rest = block.partition("==")
        found[normalised(name)] = (
            rest.split()[0] if rest else "",
            len(re.findall(r"--hash=sha256:[0-9a-f]{64}", block)),
        )
    return found


def commands(program: str) -> Iterator[tuple[str, list[str]]]:
    """Each command of the documentation that runs a program: the file, and its words after the program's name."""
    for path, text in texts():
        if path.suffix == ".md":
            for fence in re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
                yield from ((str(path), words) for words in _commands_in(fence, program))


def _commands_in(fence: str, program: str) -> Iterator[list[str]]:
    plain = re.sub(r"(?m)(^|\s)#\s.*$", r"\1", fence.replace("\\\n", " "))
    lexer = shlex.shlex(plain, posix=True, punctuation_chars=";&|()<>\n")
    lexer.whitespace, lexer.whitespace_split, lexer.commenters = " \t", True, ""
    words: list[str] = []
    for word in [*lexer, "\n"]:
        if set(word) <= set(";&|()<>\n"):
            while words and (words[0] in ("$", "sudo") or re.match(r"\w+=", words[0])):
                words.pop(0)
            if words and Path(words[0]).name == program:
                yield words[1:]
            words = []
        else:
            words.append(word)
