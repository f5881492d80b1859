"""``python -m ops.collect FOLDER``: put the static files of all pages there, while an image is built.

Django starts only with secrets and servers configured. A build has neither, so it gets throw-away values.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from common.topology import GATEWAY
from ops.blueprint import Blueprint
from ops.state import ROOT, State


def main() -> None:
    """Collect the static files."""
    with TemporaryDirectory() as folder:
        state = State(Path(folder))
        state.make()
        variables = Blueprint(state, public_port=8000).environment.of_service(GATEWAY)
        variables["OPENCOMMERCE_STATIC_ROOT"] = str(Path(sys.argv[1]).resolve())
        command = [sys.executable, "-m", "gateway_svc.manage", "collectstatic", "--no-input", "--verbosity=0"]
        subprocess.run(command, cwd=ROOT, env=variables, check=True)


if __name__ == "__main__":
    main()
