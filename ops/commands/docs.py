"""Build the documents as a site, and show it."""

from __future__ import annotations

import argparse
import webbrowser
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

from ops import site
from ops.errors import OpsError
from ops.progress import step

_HERE = "127.0.0.1"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The switches of ``docs``."""
    parser.add_argument("--open", action="store_true", help="show it in the browser")
    parser.add_argument("--serve", type=int, metavar="PORT", help="serve it on this port of this machine until Ctrl-C")


def run(options: argparse.Namespace) -> int:
    """Build, open and serve the site. Raises OpsError with file and line of each fault."""
    with step("Building the documents"):
        if faults := site.build():
            raise OpsError(f"The documents have faults.\n{faults}")
    print(site.FRONT)
    if options.open:
        webbrowser.open(site.FRONT.as_uri())
    if options.serve is not None:
        _serve(options.serve)
    return 0


def _serve(port: int) -> None:
    handler = partial(SimpleHTTPRequestHandler, directory=site.FOLDER)
    with ThreadingHTTPServer((_HERE, port), handler) as server:
        path = site.FRONT.relative_to(site.FOLDER)
        print(f"http://{_HERE}:{server.server_port}/{path}   Ctrl-C stops it.", flush=True)
        server.serve_forever()
