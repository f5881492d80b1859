"""The formats a catalogue can be in, each a module with ``read_row`` and the rest that differs."""
