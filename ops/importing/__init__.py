"""Catalogues from files: read row by row, then loaded through the shop's own door."""
