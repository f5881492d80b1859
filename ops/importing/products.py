"""Comparing one product of a catalogue with the shop's, and making it the same."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from ops.importing.catalog import Row
from ops.importing.clearing import find_product, image_ids, settle
from ops.importing.differences import differences, fields_of
from ops.importing.journal import Journal
from ops.importing.report import Outcome
from ops.shop import Json, Refused, Shop


@dataclass(frozen=True)
class Wanted:
    """A picture that the product has to show; with a ``file_id`` if the shop has it for this product already."""

    path: Path
    alt: str
    name: str
    """The file name with which it is uploaded."""
    file_id: str | None


@dataclass(frozen=True)
class Plan:
    """The changes by which the shop's product becomes what the row says."""

    row: Row
    current: Json | None
    changes: Json
    pictures: tuple[Wanted, ...] = ()
    """The pictures to show; empty if they need not change."""
    unready: frozenset[str] = field(default_factory=frozenset)
    """The ids of the product's pictures that lack some of their sizes."""

    @property
    def outcome(self) -> Outcome:
        """The outcome of the row."""
        if self.current is None:
            return Outcome.CREATED
        return Outcome.UPDATED if self.changes or self.pictures else Outcome.UNCHANGED

    @property
    def fields(self) -> list[str]:
        """The names of the fields that change; none for a new product."""
        return [*self.changes, *(["pictures"] if self.pictures else [])] if self.current else []


def plan_product(shop: Shop, row: Row, *, category: str | None) -> Plan:
    """Compare the row with what the shop has. Nothing is written."""
    current = find_product(shop, row.product.sku)
    if current is None:
        return Plan(row, None, fields_of(row.product, category=category), _wanted(row, {}))
    changes = differences(row.product, current, category=category)
    files = _files_of(shop, current) if row.pictures else {}
    wanted = _wanted(row, files)
    unready = frozenset(file_id for file_id, file in files.items() if not is_ready(file))
    return Plan(row, current, changes, wanted if not _are_shown(wanted, current) else (), unready)


def carry_out(shop: Shop, plan: Plan, journal: Journal) -> Json:
    """Write the product and return it. Raises Refused; if the shop has refused it, no files are left behind."""
    if plan.current and plan.outcome is Outcome.UNCHANGED:
        return plan.current
    sku, before = plan.row.product.sku, image_ids(plan.current)
    if plan.pictures:
        journal.doubt(sku, before - {str(picture.file_id) for picture in plan.pictures})
    try:
        product = _write(shop, plan, journal)
    except Refused as refusal:
        if refusal.status < 500:  # otherwise it may have been written even so, which the next import will find out
            settle(shop, journal, sku, used=before)
        raise
    settle(shop, journal, sku, used=image_ids(product))
    return product


def is_ready(file: Json) -> bool:
    """Whether a picture has all its sizes."""
    return all((file["variants"] or {"thumb": None}).values())


def _write(shop: Shop, plan: Plan, journal: Journal) -> Json:
    body = dict(plan.changes)
    if plan.pictures:
        body["images"] = _images(shop, plan, journal)
    return shop.change_product(plan.current["id"], body) if plan.current else shop.create_product(body)


def _images(shop: Shop, plan: Plan, journal: Journal) -> list[Json]:
    """The product's images, after uploading those that the shop lacks; the same picture twice is one file."""
    alts = {image["id"]: image["alt"] for image in plan.current["images"]} if plan.current else {}
    uploaded: dict[str, str] = {}
    images = []
    for picture in plan.pictures:
        file_id = picture.file_id or uploaded.get(picture.name)
        if file_id is None:
            file_id = uploaded[picture.name] = _upload(shop, plan.row.product.sku, picture, journal)
        images.append({"id": file_id, "alt": picture.alt or _own_alt(alts.get(file_id), plan.current)})
    return images


def _own_alt(alt: str | None, current: Json | None) -> str:
    """The alternative text that was set in the shop, for a picture without any in the file; not the product's title."""
    return alt if alt and current and alt != current["title"] else ""


def _upload(shop: Shop, sku: str, picture: Wanted, journal: Journal) -> str:
    sent = journal.send(sku, name=picture.name)
    try:
        file_id = str(shop.upload(picture.path, name=picture.name)["id"])
    except Refused as refusal:
        if refusal.status < 500:
            journal.answer(sent, sku=sku, file_id=None)
        raise
    journal.answer(sent, sku=sku, file_id=file_id)
    return file_id


def _wanted(row: Row, files: dict[str, Json]) -> tuple[Wanted, ...]:
    """The row's pictures, matched with the product's files.

    The shop strips metadata from pictures, so a stored file may have another checksum than what was uploaded. The
    uploaded one's checksum is therefore part of the file's name.
    """
    known = {file["name"]: file_id for file_id, file in files.items()}
    known |= {file["sha256"]: file_id for file_id, file in files.items()}
    wanted = []
    for picture in row.pictures:
        with picture.path.open("rb") as content:
            sha256 = hashlib.file_digest(content, "sha256").hexdigest()
        name = f"{row.product.sku}.{sha256[:16]}{picture.path.suffix.lower()}"
        wanted.append(Wanted(picture.path, picture.alt.strip(), name, known.get(sha256) or known.get(name)))
    return tuple(wanted)


def _are_shown(wanted: tuple[Wanted, ...], current: Json) -> bool:
    """Whether the product shows these pictures in this order, with these texts; true if the row has no pictures."""
    shown = [(str(image["id"]), image.get("alt", "")) for image in current["images"]]
    if not wanted:
        return True
    return len(wanted) == len(shown) and all(
        picture.file_id == file_id and picture.alt in {"", alt}
        for picture, (file_id, alt) in zip(wanted, shown, strict=True)
    )


def _files_of(shop: Shop, product: Json) -> dict[str, Json]:
    """The files of the pictures that the product shows, by id; those that are gone are left out."""
    files = {}
    for file_id in image_ids(product):
        try:
            files[file_id] = shop.file(file_id)
        except Refused as refusal:
            if refusal.status != 404:
                raise
    return files
