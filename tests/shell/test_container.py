"""The image and its composition: read by parsers, and their commands run in a fresh place by an unprivileged user.

No container engine is needed and none is tried: what the files say beyond their commands is only read.
"""

import os
import pwd
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from dockerfile_parse import DockerfileParser

from service.settings import Settings
from tests.databases import create_postgresql, drop_postgresql
from tests.shell.serving import free_port
from tests.sources import ROOT

HOMES = ("/opt/ledger", "/srv/ledger")
SETTINGS = {name.upper() for name in Settings.model_fields}
FETCHING = re.compile("PIP_|SSL_|.*_proxy", re.IGNORECASE)
PIP = {name: value for name, value in os.environ.items() if FETCHING.match(name)}


@dataclass
class Stage:
    """The instructions of one stage of the Dockerfile, in order, as (name, value)."""

    steps: list[tuple[str, str]] = field(default_factory=list)

    def values(self, name: str) -> list[str]:
        """What every instruction of a name says."""
        return [value for step, value in self.steps if step == name]


def stages() -> list[Stage]:
    parser = DockerfileParser(fileobj=BytesIO((ROOT / "Dockerfile").read_bytes()))
    found: list[Stage] = []
    for step in parser.structure:
        if step["instruction"] == "FROM":
            found.append(Stage())
        if step["instruction"] != "COMMENT":
            found[-1].steps.append((step["instruction"], step["value"]))
    return found


def words(value: str) -> list[str]:
    """An instruction in its exec form, as CMD ["a", "b"]; a shell form would not pass signals on."""
    command: list[str] = yaml.safe_load(value[value.index("[") :])
    return command


def compose() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    return document


def environment_of(stage: Stage) -> dict[str, str]:
    return dict(word.split("=", 1) for value in stage.values("ENV") for word in shlex.split(value))


def test_the_image_has_two_stages_and_runs_as_a_user_without_rights() -> None:
    build, run = stages()
    assert build.values("FROM")[0].endswith("AS build")
    user = run.values("USER")[-1]
    assert re.fullmatch("[a-z]+", user) and user != "root" and f"{user} " in run.values("RUN")[0]
    names = [name for name, _ in run.steps]
    assert names.index("USER") > max(place for place, name in enumerate(names) if name in ("RUN", "COPY"))
    assert all("--chown" not in value for value in run.values("COPY")), (
        "the user must not be able to change the program"
    )


def test_the_image_checks_its_health_serves_and_leaves_migrating_to_a_command_of_its_own() -> None:
    run = stages()[1]
    assert words(run.values("HEALTHCHECK")[0]) == ["outcomes-ledger", "health"]
    assert words(run.values("CMD")[0]) == ["outcomes-ledger", "serve"]
    assert environment_of(run)["MIGRATE_AT_START"] == "false"
    assert not any("migrate" in value for value in run.values("RUN"))


def test_neither_file_holds_a_secret_and_both_set_only_what_is_a_setting() -> None:
    dockerfile, document = (ROOT / "Dockerfile").read_text("utf-8"), compose()
    assert not re.search(r"(?i)password|secret|token|olk_", dockerfile) and not any(s.values("ARG") for s in stages())
    assert set(environment_of(stages()[1])) <= SETTINGS | {"PATH", "PYTHONUNBUFFERED"}
    for name in ("migrate", "ledger"):
        assert set(document["services"][name]["environment"]) <= SETTINGS
    text = (ROOT / "compose.yaml").read_text("utf-8")
    assert all("${POSTGRES_PASSWORD" in line for line in text.splitlines() if re.search(r"PASSWORD:|://ledger:", line))


def test_what_is_copied_is_let_through_to_the_build_and_nothing_else_is() -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").split()
    let_through = {line[1:] for line in lines if line.startswith("!")}
    copied = {source for value in stages()[0].values("COPY") for source in value.split()[:-1]}
    assert lines[0] == "*" and copied == let_through
    assert all((ROOT / source).exists() for source in copied)


def test_the_composition_starts_the_ledger_after_the_database_is_well_and_the_schema_is_current() -> None:
    services = compose()["services"]
    database, migrate, ledger = services["database"], services["migrate"], services["ledger"]
    assert int(database["image"].partition(":")[2]) >= 15
    assert database["healthcheck"]["test"][:2] == ["CMD", "pg_isready"]
    (volume,) = database["volumes"]
    assert volume.partition(":")[0] in compose()["volumes"]
    assert migrate["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert migrate["command"] == ["outcomes-ledger", "migrate"] and migrate["restart"] == "no"
    assert ledger["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
    assert ledger["environment"] == migrate["environment"] and ledger["image"] == migrate["image"]
    (keys,) = ledger["volumes"]
    assert migrate["volumes"] == [keys] and keys.split(":") == ["keys", "/srv/ledger/data"]
    assert "keys" in compose()["volumes"] and keys != volume


def test_the_composition_asks_for_health_and_gives_time_to_stop_as_the_image_does() -> None:
    ledger, run = compose()["services"]["ledger"], stages()[1]
    assert ledger["command"] == words(run.values("CMD")[0])
    assert ledger["healthcheck"]["test"] == ["CMD", *words(run.values("HEALTHCHECK")[0])]
    grace = Settings.model_fields["shutdown_seconds"].default
    assert int(ledger["stop_grace_period"].removesuffix("s")) > grace
    assert ledger["ports"] == ["127.0.0.1:8000:8000"]


@dataclass(frozen=True)
class Room:
    """A folder that stands for the image's file system, and whom its commands run as."""

    folder: Path
    user: str | None

    def inside(self, text: str) -> str:
        """The same text with the image's folders as they are in the room."""
        for home in HOMES:
            text = text.replace(home, f"{self.folder}{home}")
        return text

    def environment(self, **settings: str) -> dict[str, str]:
        """Nothing of this process's environment but how packages are fetched, and what the image sets."""
        given = environment_of(stages()[1])
        path = f"{self.inside(given.pop('PATH').removesuffix('$PATH'))}{self.folder / 'bin'}:/usr/bin:/bin"
        return PIP | given | {"PATH": path, "HOME": str(self.folder), "NO_COLOR": "1"} | settings

    def run(self, command: list[str], **settings: str) -> "subprocess.CompletedProcess[str]":
        """Run a command in the working folder, to its end."""
        return subprocess.run(
            command,
            cwd=self.folder / "srv/ledger",
            env=self.environment(**settings),
            user=self.user,
            group=None if self.user is None else pwd.getpwnam(self.user).pw_gid,
            extra_groups=None if self.user is None else [],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )


def python_for(user: str | None) -> str:
    """A Python that the user may run and that makes environments."""
    base = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
    others = [*Path("/usr/bin").glob("python3.1[1-9]"), *Path("/usr/local/bin").glob("python3.1[1-9]")]
    for python in (base, *sorted(others)):
        try:
            told = subprocess.run(
                [python, "-c", "import venv, ensurepip"], user=user, cwd="/", capture_output=True, check=False
            )
        except OSError:
            continue
        if told.returncode == 0:
            return str(python)
    raise AssertionError(f"no Python 3.11 or later that {user} may run; on Debian install python3-venv")


@pytest.fixture(scope="module")
def room() -> Iterator[Room]:
    """What the first stage of the Dockerfile makes, made by its own instructions without the rights of root."""
    user = "nobody" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="ledger-image-"))
    made = Room(folder, user)
    for name in ("bin", "opt", "srv/ledger"):
        (folder / name).mkdir(parents=True)
    (folder / "bin/python").symlink_to(python_for(user))
    own(folder, user)
    try:
        build(made, stages()[0])
        (folder / "srv/ledger/data").mkdir()
        own(folder / "srv/ledger/data", user)
        yield made
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def own(folder: Path, user: str | None) -> None:
    if user is not None:
        for path in (folder, *folder.rglob("*")):
            if not path.is_symlink():
                shutil.chown(path, user)


def build(room: Room, stage: Stage) -> None:
    work = room.folder / "srv/ledger"
    for name, value in stage.steps:
        if name == "COPY":
            for source in value.split()[:-1]:
                if (ROOT / source).is_dir():
                    shutil.copytree(ROOT / source, work / source, ignore=shutil.ignore_patterns("__pycache__"))
                else:
                    shutil.copy(ROOT / source, work)
            own(work, room.user)
        elif name == "RUN":
            ended = room.run(["sh", "-c", room.inside(value)])
            assert ended.returncode == 0, f"{value}\n{ended.stdout}\n{ended.stderr}"


@pytest.fixture
def composed_url(postgresql_url: str) -> Iterator[str]:
    """The URL of an empty database on PostgreSQL, as the composition has one."""
    url = create_postgresql(postgresql_url)
    yield url
    drop_postgresql(url)


def test_its_commands_install_migrate_serve_and_tell_health_without_the_rights_of_root(
    room: Room, composed_url: str
) -> None:
    # One test, so that the packages are installed once however the tests are spread over processes.
    lives(room)
    lives(room, DATABASE_URL=composed_url)


def lives(room: Room, **place: str) -> None:
    """Migrate, serve and stop on the file in the working folder, or on the database that is given."""
    image = stages()[1]
    settings = place | {"PORT": str(free_port())}
    health = words(image.values("HEALTHCHECK")[0])
    unmigrated = room.run(words(image.values("CMD")[0]), **settings)
    assert unmigrated.returncode == 1 and "run outcomes-ledger migrate" in unmigrated.stderr, unmigrated.stderr
    migrated = room.run(compose()["services"]["migrate"]["command"], **settings)
    assert migrated.returncode == 0 and "olk_" in migrated.stderr, migrated.stderr
    assert room.run(health, **settings).returncode == 1
    process = subprocess.Popen(
        words(image.values("CMD")[0]),
        executable=room.folder / "opt/ledger/bin/outcomes-ledger",
        cwd=room.folder / "srv/ledger",
        env=room.environment(**settings),
        user=room.user,
        stderr=subprocess.PIPE,
    )
    try:
        wait_for(int(settings["PORT"]))
        well = room.run(health, **settings)
        assert (well.returncode, well.stdout) == (0, "The service is ready.\n"), well.stderr
        assert httpx.get(f"http://127.0.0.1:{settings['PORT']}/docs", trust_env=False).status_code == 200
        process.terminate()
        assert b"Finished server process" in process.communicate(timeout=30)[1]
    finally:
        process.kill()
        process.wait()


def wait_for(port: int) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the service did not come up")
