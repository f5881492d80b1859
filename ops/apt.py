"""Installing Debian packages without starting or touching a system service. Standard library only."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

# invoke-rc.d asks policy-rc.d before it starts a service; exit code 101 forbids it. Ours exists only while we
# install, and one that was there before is left alone. The lock keeps two checkouts from removing each other's.
_SCRIPT = r"""
set -eu
mkdir -p /run/lock
exec 9>/run/lock/opencommerce-apt.lock
flock 9
policy=/usr/sbin/policy-rc.d
line='# opencommerce: start nothing'
restore() { if [ "$(sed -n 2p "$policy" 2>/dev/null)" = "$line" ]; then rm -f "$policy"; fi; }
trap restore EXIT
trap 'exit 130' INT TERM HUP
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\n%s\nexit 101\n' "$line" > "$policy"
    chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
wait='-o DPkg::Lock::Timeout=600'
if ! apt-get $wait install --simulate --no-install-recommends "$@" >/dev/null 2>&1; then
    apt-get $wait update
fi
apt-get $wait install --yes --no-install-recommends -o Dpkg::Options::=--force-confold "$@"
"""


def can_install() -> bool:
    """Whether this machine has apt-get and lets us use it without asking for a password."""
    if not shutil.which("apt-get"):
        return False
    return os.geteuid() == 0 or _has_sudo()


def _has_sudo() -> bool:
    if not shutil.which("sudo"):
        return False
    return subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0


def install(packages: Sequence[str], log: Path) -> bool:
    """Install the packages, saying so first; what apt-get writes goes to the log."""
    who = "as root" if os.geteuid() == 0 else "by sudo"
    print(f"Installing {', '.join(packages)} with apt-get ({who}; log: {log}) …", file=sys.stderr, flush=True)
    command = ["sh", "-c", _SCRIPT, "sh", *packages]
    with log.open("ab") as output:
        done = subprocess.run(
            command if os.geteuid() == 0 else ["sudo", "-n", *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    return done.returncode == 0
