"""Every code that a problem, a verdict or a fault can carry, with what it means and how to mend it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class CodePage:
    """What one code means; `retry` says whether the same request, unchanged, can succeed later."""

    code: str
    title: str
    means: str
    mend: str
    retry: bool = False


def _read() -> dict[str, CodePage]:
    text = Path(__file__).with_name("problem_codes.toml").read_text(encoding="utf-8")
    return {code: CodePage(code, **fields) for code, fields in tomllib.loads(text).items()}


CODE_PAGES: Mapping[str, CodePage] = _read()


def type_of(code: str) -> str:
    """The `type` of a problem document: the address of the page on its code."""
    return f"/problems/{code}"
