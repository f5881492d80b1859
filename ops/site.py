"""The documents as a site: every Markdown file of the repository is a page, and all links are checked."""

from __future__ import annotations

from ops import tool
from ops.state import LOCAL, ROOT

FOLDER = LOCAL / "site"
FRONT = FOLDER / "docs/index.html"
_READ = LOCAL / "site-read"


def build() -> str:
    """Build it from scratch, so that no cache hides a fault. Returns the faults; empty if there are none."""
    how = ("--builder", "html", "--fresh-env", "--fail-on-warning", "--quiet", "--no-color")
    where = ("--conf-dir", str(ROOT / "docs"), "--doctree-dir", str(_READ), str(ROOT), str(FOLDER))
    return tool.faults("sphinx", *how, *where)
