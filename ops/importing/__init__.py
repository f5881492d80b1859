"""Catalogues from files: read row by row, and loaded through the public API."""
