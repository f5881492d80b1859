"""The demo: its catalogue, and the order flow shown step by step."""
