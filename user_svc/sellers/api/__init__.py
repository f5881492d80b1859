"""How sellers are asked for over HTTP."""
