"""The demo catalogue, loaded once into a new platform, so that the shop is not empty at first."""

from __future__ import annotations

from ops.errors import OpsError
from ops.importing.journal import Journal
from ops.importing.loading import import_catalog
from ops.importing.reading import CatalogFile
from ops.platform import Platform
from ops.progress import Say, console, step
from ops.shop import Shop
from ops.state import ROOT

CATALOG = ROOT / "ops" / "demo" / "catalog.json"


def seed_once(platform: Platform) -> None:
    """Load it through the gateway, unless an earlier start did. A failure is only printed: the shop works without."""
    if platform.state.read("seeded"):
        return
    try:
        with step("Demo catalogue") as say:
            _load(platform, say)
    except OpsError as error:
        console.print(f"[yellow]The demo catalogue is not all there; the next start tries again.[/] {error}")


def _load(platform: Platform, say: Say) -> None:
    with Shop(platform.url, patience_seconds=30) as shop, Journal.of(platform) as journal:
        shop.sign_in(**platform.admin)
        report = import_catalog(
            shop, CatalogFile(CATALOG), journal, watch=lambda rows, _, what: say(f"{rows} products ({what})")
        )
    if not report.is_clean:
        raise OpsError(f"{len(report.refused)} refused, {len(report.not_listed)} not shown.")
    platform.state.write("seeded", {"products": report.rows})
