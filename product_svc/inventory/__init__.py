"""Stock: how much of a SKU there is, and how much of it is put aside for orders."""
