"""Benchmarks: each measures a claim, beside a yardstick of the same run."""
