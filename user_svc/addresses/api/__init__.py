"""How addresses are asked for over HTTP."""
