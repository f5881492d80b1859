"""The shop's catalogue written into files that can be imported."""
