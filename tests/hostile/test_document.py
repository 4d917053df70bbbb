"""The live service is called with what its own document allows and forbids: no 5xx, nothing undocumented."""

import os
import subprocess
import sys
from pathlib import Path

from tests.served_demo import served_demo
from tests.sources import ROOT

PROGRAM = Path(sys.executable).with_name("schemathesis")
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "unsupported_method",
    "ignored_auth",
)
# The whole run, on each database; two minutes for both, twenty in the campaign.
SECONDS = os.environ.get("DOCUMENT_SECONDS", "60")


def test_the_service_keeps_to_its_document(database_url: str, tmp_path: Path) -> None:
    with served_demo(database_url) as demo:
        command = (
            *(str(PROGRAM), "run", f"{demo.url}/openapi.json", "--header", f"Authorization: Bearer {demo.key}"),
            *("--checks", ",".join(CHECKS), "--max-time", SECONDS, "--seed", "20261122", "--no-color"),
            *("--request-timeout", "20", "--continue-on-failure", "--warnings", "off", "--generation-database", "none"),
        )
        environment = {**os.environ, "SCHEMATHESIS_HOOKS": "tests.hostile.serializers", "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
