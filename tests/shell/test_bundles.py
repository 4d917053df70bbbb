"""A bundle is checked by its own verify.py in a bare environment; whatever is changed of it is told in a sentence."""

import os
import re
import subprocess
import sys
import venv
from importlib import metadata
from pathlib import Path

import pytest

from tests.core.worked import W1_FACTS
from tests.shell.calling import Api, key_of, problem_in
from tests.shell.identities import OWN, credential
from tests.shell.mutated_bundles import Files, mutated, packed, unpacked, vkey_of
from tests.shell.test_cli import Cli
from tests.shell.test_cli_audit import audited
from tests.shell.test_erasure import erase
from tests.sources import ROOT

__all__ = ["audited"]
PROGRAM = ROOT / "service" / "render" / "verify.py"
MUTATIONS = int(os.environ.get("BUNDLE_MUTATIONS", "50"))
STATEMENT, BEFORE = "w.2023.a.1", "w.2022.a.1"


@pytest.fixture(scope="session")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python that has nothing but cryptography, at the version that is locked."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    wanted = f"cryptography=={metadata.version('cryptography')}"
    pip: list[str | Path] = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "--quiet",
        "--no-input",
        "--disable-pip-version-check",
        wanted,
    ]
    subprocess.run(pip, check=True, timeout=300)
    return python


class Reader:
    """Somebody with a bare Python and the key of the ledger."""

    def __init__(self, python: Path, folder: Path) -> None:
        self.python, self.folder = python, folder

    def verify(self, bundle: bytes, *words: str | Path, code: int = 0, program: Path = PROGRAM) -> str:
        """What verify.py says of a bundle; it has to end with that code, and never with a trace."""
        path = self.folder / "bundle.zip"
        path.write_bytes(bundle)
        command = [self.python, "-I", program, path, *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert (done.returncode, done.stderr) == (code, ""), (done.returncode, done.stdout, done.stderr)
        return done.stdout


@pytest.fixture
def reader(bare_python: Path, tmp_path: Path) -> Reader:
    return Reader(bare_python, tmp_path)


async def issued(api: Api) -> Api:
    await api.learn(W1_FACTS)
    for period in ("2022", "2023"):
        await api.issue(period)
    return api


async def bundle(api: Api, statement: str = STATEMENT, *, whole: bool = True, since: int | None = None) -> bytes:
    query = {} if since is None else {"from": since}
    path = f"/v1/statements/{statement}/bundle{'/whole' if whole else ''}"
    response = await api.client.get(path, params=query)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/zip"
    assert response.headers["content-disposition"] == f'attachment; filename="{statement}.zip"'
    return response.content


async def test_a_bundle_of_each_kind_is_proved_and_is_the_same_to_the_byte_each_time(w: Api, reader: Reader) -> None:
    await issued(w)
    for whole, told in ((True, "all of the log up to it is here"), (False, "The log of w holds it as entry")):
        made = await bundle(w, whole=whole)
        assert made == await bundle(w, whole=whole)
        said = reader.verify(made, "--vkey", vkey_of(made))
        assert told in said and "Not proved" in said and "WARNING" not in said
        assert "WARNING" in reader.verify(made)


async def test_the_program_in_the_bundle_is_the_one_that_verifies_it(w: Api, reader: Reader) -> None:
    await issued(w)
    made = await bundle(w)
    taken_out = reader.folder / "verify.py"
    taken_out.write_bytes(unpacked(made)["verify.py"])
    assert "Proved: Its lines" in reader.verify(made, program=taken_out)
    assert len(PROGRAM.read_text("utf-8").splitlines()) < 300


async def test_an_investor_and_whoever_asks_for_one_gets_nothing_about_participants(w: Api) -> None:
    await issued(w)
    key = await key_of(w.ledger, credential("investor", OWN))
    headers = {"Authorization": f"Bearer {key}"}
    response = await w.client.get(f"/v1/statements/{STATEMENT}/bundle", headers=headers)
    assert response.content == await bundle(w, whole=False)
    files = unpacked(response.content)
    assert not {"facts.ndjson", "detail.ndjson"} & {*files} and files["log.ndjson"].count(b"\n") == 1
    everything = b"".join(content for name, content in files.items() if not name.startswith("terms/"))
    assert not re.search(rb"\bP[0-9]\b|salt\":", everything)
    other = await w.client.get("/v1/statements/w.2023.b.1/bundle", headers=headers)
    problem_in(other, 404, "statement-not-found")


async def test_the_events_of_whoever_was_erased_are_not_there_and_that_is_said(w: Api, reader: Reader) -> None:
    await issued(w)
    assert "; 0 are absent" in reader.verify(await bundle(w))
    await erase(w, "P1")
    made = await bundle(w)
    said = reader.verify(made, "--vkey", vkey_of(made))
    assert "; 7 are absent" in said and "only commitments are here" in said
    assert b'"P1"' not in made


async def test_a_checkpoint_that_its_reader_kept_is_continued_or_it_is_told(w: Api, reader: Reader) -> None:
    await w.learn(W1_FACTS)
    await w.issue("2022")
    kept = reader.folder / "kept.txt"
    kept.write_bytes((await w.client.get("/v1/checkpoint")).content)
    await w.issue("2023")
    assert "continues your checkpoint of 2" in reader.verify(await bundle(w, since=2), "--checkpoint", kept)
    assert "from=2" in reader.verify(await bundle(w), "--checkpoint", kept, code=1)
    kept.write_bytes(kept.read_bytes().replace(b"\n2\n", b"\n3\n"))
    assert "does not hold" in reader.verify(await bundle(w, since=2), "--checkpoint", kept, code=1)
    await w.issue("2024")
    for size in range(1, 7):
        reader.verify(await bundle(w, since=size))
    problem_in(await w.client.get(f"/v1/statements/{STATEMENT}/bundle?from=7"), 422, "parameter-invalid")


@pytest.mark.parametrize(("whole", "since"), [(True, 2), (False, None)], ids=["whole", "for an investor"])
async def test_whatever_is_changed_of_a_bundle_is_told_in_a_sentence(
    w: Api, reader: Reader, whole: bool, since: int | None
) -> None:
    await issued(w)
    made = await bundle(w, whole=whole, since=since)
    other = await bundle(w, BEFORE, whole=whole, since=since)
    reader.verify(made, "--vkey", vkey_of(made))
    for seed in range(MUTATIONS // 2):
        changed = mutated(seed, made, other)
        assert changed != made, seed
        said = reader.verify(changed, "--vkey", vkey_of(made), code=1)
        assert re.fullmatch(r"DOES NOT HOLD: .+\.\n", said), (seed, said)


async def test_an_own_tree_under_an_own_key_fits_together_and_is_not_the_ledgers(w: Api, reader: Reader) -> None:
    await issued(w)
    made = await bundle(w, whole=False)
    files: Files = unpacked(made)
    assert packed(files) == made
    assert "not signed by the key" in reader.verify(made, "--vkey", "w/statements+00000000+AAAA", code=1)


def test_a_wrong_command_is_told_from_a_wrong_bundle(bare_python: Path, tmp_path: Path) -> None:
    for words in ((), (tmp_path / "none.zip",)):
        done = subprocess.run([bare_python, PROGRAM, *words], capture_output=True, text=True, timeout=60)
        assert done.returncode == 2 and "usage:" in done.stderr and "Traceback" not in done.stderr
    assert sys.version_info >= (3, 9)


def test_the_command_writes_the_bundle_that_the_service_gives(audited: Cli, reader: Reader) -> None:
    path = reader.folder / "made.zip"
    statement = "dialog-mod-vold.2024.council.1"
    told = audited.run("statements", "bundle", statement, "--out", path).stdout.replace("\n", "")
    assert f"{path.stat().st_size} bytes" in told
    assert "earlier/dialog-mod-vold.2023.council.1.detail.ndjson" in reader.verify(path.read_bytes())
    audited.run("statements", "bundle", statement, "--for", "investor", "--out", path)
    assert "facts.ndjson" not in unpacked(path.read_bytes())
    assert "No statement by that id" in audited.run("statements", "bundle", "nothing", "--out", path, code=1).stderr
