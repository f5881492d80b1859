"""Bring the whole platform up on this machine; Ctrl-C stops it all."""

from __future__ import annotations

import argparse

from common.topology import ADMIN_PATH, BY_NAME, GATEWAY
from ops import interrupts
from ops.platform import Platform
from ops.progress import console
from ops.seed import seed_once
from ops.state import AlreadyRunning

_LAST_PORT = 65_535


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The switches of ``up``."""
    parser.add_argument("--detach", action="store_true", help="return once everything is healthy")
    parser.add_argument("--port", type=_port, help="the gateway's port; else the first free one from 8000")
    parser.add_argument("--fresh", action="store_true", help="start from empty data")
    parser.add_argument(
        "--scale",
        action="append",
        default=[],
        type=_scale,
        metavar="SERVICE=N",
        help="run N web processes of a service, which the gateway balances (may be repeated)",
    )


def run(options: argparse.Namespace) -> int:
    """Bring it up, then wait for Ctrl-C unless detached."""
    interrupts.end_as_with_ctrl_c()
    platform = Platform()
    try:
        platform.up(
            port=options.port,
            fresh=options.fresh,
            scale=dict(options.scale),
            attached=not options.detach,
            then=seed_once,
        )
    except AlreadyRunning:
        if not _is_there_already(platform, options):
            raise
        console.print("It is up already.")
    _announce(platform)
    return 0 if options.detach else _stay(platform)


def _is_there_already(platform: Platform, options: argparse.Namespace) -> bool:
    """Whether the running platform is what the options ask for, so that there is nothing to do."""
    asks_for_more = not options.detach or options.fresh or options.scale
    running = platform.state.read("run")
    is_elsewhere = options.port is not None and options.port != running["port"]
    return not asks_for_more and not is_elsewhere and bool(platform.status()["ready"])


def _announce(platform: Platform) -> None:
    admin = platform.admin
    lines = {
        "OpenCommerce": platform.url,
        "Sign in": f"{platform.url}/login/",
        "API": f"{platform.url}/api/v1/",
        "API to try": f"{platform.url}/api/docs/",
        "Admin": f"{platform.url}{ADMIN_PATH}",
        "Admin login": f"{admin['email']}  {admin['password']}",
        "E-mail": platform.state.read("run")["mailbox"],
        "Logs": platform.state.logs,
    }
    print()
    for title, value in lines.items():
        print(f"{title:<12}  {value}", flush=True)


def _stay(platform: Platform) -> int:
    console.print("\nCtrl-C stops it all.")
    try:
        platform.daemon.wait()
    except KeyboardInterrupt:
        console.print("\nStopping …")
    with interrupts.uninterrupted():
        platform.down()
    console.print("Stopped.")
    return 0


def _port(text: str) -> int:
    """``8080``."""
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= _LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r}: a number from 1 to {_LAST_PORT}")
    return int(text)


def _scale(text: str) -> tuple[str, int]:
    """``product_svc=3``."""
    name, _, number = text.partition("=")
    if name not in BY_NAME or name == GATEWAY.name or not number.isdigit() or int(number) < 1:
        raise argparse.ArgumentTypeError(
            f"{text!r}: name a service behind the gateway and a number from 1, as in x_svc=2"
        )
    return name, int(number)
