"""What a person sees of the doctor."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from common.topology import SERVICES
from ops.state import ROOT

OURS = ("OPENCOMMERCE_", *(f"{service.name.upper()}_" for service in SERVICES))


def doctor(*options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command in an environment in which only these of our variables are set."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(OURS)} | variables
    command = [sys.executable, "-m", "ops", "doctor", *options]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


class TestDoctor:
    def test_tells_what_is_wrong_why_and_what_cures_it(self) -> None:
        done = doctor(OPENCOMMERCE_REDIS_URL="redis://127.0.0.1:1/0")

        assert done.returncode == 1
        assert "The Redis of OPENCOMMERCE_REDIS_URL does not take us: nothing answers there." in done.stdout
        assert "Every answer is computed anew" in done.stdout
        assert "→ correct OPENCOMMERCE_REDIS_URL" in done.stdout

    def test_tells_programs_the_same(self) -> None:
        done = doctor("--json", OPENCOMMERCE_REDIS_URL="redis://127.0.0.1:1/0")

        findings = json.loads(done.stdout)["findings"]
        assert [finding.keys() for finding in findings] == [{"subject", "what", "why", "cure"}] * len(findings)
        assert "cache" in {finding["subject"] for finding in findings}
