"""How values are written on pages, by language (Django: FORMAT_MODULE_PATH)."""
