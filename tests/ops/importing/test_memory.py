"""What reading a catalogue takes of memory, whatever it holds."""

from __future__ import annotations

import json
import tracemalloc
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

import pytest

from ops.importing.names import TakenNames
from ops.importing.reading import CatalogFile

FEW, MANY = 1000, 10_000
HEADER = "product,title,price,currency,sku,stock"


def table(path: Path, rows: int) -> CatalogFile:
    path.write_text("\n".join([HEADER, *(f"{row},Mug,9.00,USD,MUG-{row},5" for row in range(rows))]))
    return CatalogFile(path, format_name="csv")


def listing(path: Path, rows: int) -> CatalogFile:
    price = {"amount": "9.00", "currency": "USD"}
    products = (
        {"title": "Mug", "category": None, "price": price, "variants": [{"sku": f"MUG-{row}", "stock": 5}]}
        for row in range(rows)
    )
    path.write_text(f'{{"products": [{",".join(map(json.dumps, products))}]}}')
    return CatalogFile(path, format_name="opencommerce")


def peak_of(do: Callable[[], object]) -> int:
    """The bytes that it held at most."""
    tracemalloc.start()
    try:
        do()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def pass_over(items: Iterable[object]) -> None:
    deque(items, maxlen=0)


@pytest.mark.parametrize("written", [table, listing])
def test_a_file_of_many_rows_takes_no_more_than_one_of_few(
    written: Callable[[Path, int], CatalogFile], tmp_path: Path
) -> None:
    few, many = written(tmp_path / "few", FEW), written(tmp_path / "many", MANY)
    pass_over(few.items())  # what is made once is made

    small, large = (peak_of(lambda file=file: pass_over(file.items())) for file in (few, many))

    assert large < small * 1.5


def test_many_taken_names_take_no_more_than_few() -> None:
    def take(count: int) -> None:
        with closing(TakenNames()) as names:
            for number in range(count):
                assert names.take([f"SKU-{number}"], line=number) is None

    small, large = (peak_of(lambda count=count: take(count)) for count in (FEW, MANY))

    assert large < small * 1.5
