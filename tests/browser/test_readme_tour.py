"""The README's tour pasted line by line into a shell gives what the README prints."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.served_demo import PROGRAM, Demo
from tests.sources import ROOT

_TOUR = re.compile(r"^## A tour in five minutes$(.*?)^## ", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```|^((?:> [^\n]*\n)+)", re.MULTILINE | re.DOTALL)
_ELISION = re.compile(r"…|\[…\]")


@dataclass
class Step:
    """Lines to paste, and what the README says that they print."""

    lines: list[str]
    prints: list[str]


def steps() -> list[Step]:
    """The blocks of the tour in order; a block in another language, or a quotation, is what the lines before print."""
    found = _TOUR.search((ROOT / "README.md").read_text("utf-8"))
    assert found is not None, "README.md needs its section 'A tour in five minutes'."
    told: list[Step] = []
    for language, block, quoted in _BLOCK.findall(found[1]):
        if language == "sh":
            told.append(Step(block.splitlines(), []))
        elif language:
            told[-1].prints += [part for line in block.splitlines() for part in _parts(line)]
        else:
            told[-1].prints += _parts(quoted.replace("\n> ", " ").removeprefix("> "))
    return told


def _parts(text: str) -> list[str]:
    return [part.strip() for part in _ELISION.split(text) if part.strip()]


def pasted(lines: str, demo: Demo) -> str:
    """What a shell of the reader's prints after the lines, with the address and key of this demo."""
    environment = {**os.environ, "LEDGER": demo.url, "KEY": f"Authorization: Bearer {demo.key}", "COLUMNS": "160"}
    own = lines.replace(".venv/bin/", f"{PROGRAM.parent}{os.sep}")
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", own],
        cwd=ROOT,
        env={**environment, "no_proxy": "*", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, f"README.md: {lines}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def missing(prints: list[str], output: str) -> list[str]:
    """Those of the printed parts that the output does not hold, each looked for behind the one before."""
    shown, faults = re.sub(r"\s+", " ", output), []
    for part in prints:
        place = shown.find(re.sub(r"\s+", " ", part))
        if place < 0:
            faults.append(part)
        else:
            shown = shown[place:]
    return faults


def test_the_tour_gives_what_the_readme_prints(demo: Demo) -> None:
    tour = steps()
    assert len(tour) >= 9 and sum(bool(step.prints) for step in tour) >= 8, "Show what the steps of the tour print."
    first, *others = tour
    assert all(line.startswith("export ") for line in first.lines), "The tour begins with LEDGER and KEY."
    for step in others:
        output = pasted("\n".join(step.lines), demo)
        faults = missing(step.prints, output)
        assert not faults, f"README.md prints {faults}; what {step.lines} gives is:\n{output[-6000:]}"


def test_the_amounts_told_around_the_tour_are_those_of_the_demo(demo: Demo, tmp_path: Path) -> None:
    told = re.findall(r"\b\d{1,3}(?:,\d{3})+\.\d\d\b", (ROOT / "README.md").read_text("utf-8"))
    owed = pasted('curl -s -H "$KEY" $LEDGER/v1/investors/council/statements/2023', demo)
    line = pasted('curl -s -H "$KEY" $LEDGER/v1/statements/housing-first-aarhus.2023.council.1/detail/1', demo)
    assert told, "The README tells amounts."
    unknown = [amount for amount in told if amount.replace(",", "") not in owed and amount not in line]
    assert not unknown, f"README.md tells amounts that the demo does not show: {unknown}"
