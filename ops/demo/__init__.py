"""The shop's own demo: its catalogue, and the main job told step by step."""
