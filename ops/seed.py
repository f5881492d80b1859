"""The demo catalogue, loaded once into a new platform, so that the first look at the shop shows one."""

from __future__ import annotations

from ops.importing.loading import import_catalog
from ops.platform import Platform
from ops.progress import console, step
from ops.shop import Shop
from ops.state import ROOT

CATALOG = ROOT / "ops" / "demo" / "catalog.json"


def seed_once(platform: Platform) -> None:
    """Load it through the gateway unless an earlier start did."""
    if platform.state.read("seeded"):
        return
    with step("Demo catalogue") as say, Shop(platform.url, patience_seconds=30) as shop:
        shop.sign_in(**platform.admin)
        report = import_catalog(shop, CATALOG, on_progress=lambda done, total, what: say(f"{done} of {total} ({what})"))
    if report.is_clean:
        platform.state.write("seeded", {"products": len(report.outcomes)})
    else:
        console.print("[yellow]Not all of it is shown yet; the next start tries again.[/]")
