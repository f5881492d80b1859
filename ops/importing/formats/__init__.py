"""The formats of catalogues: one module each, whose ``read`` yields the items of an open file in its order."""
