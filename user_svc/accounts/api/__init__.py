"""How accounts are asked for over HTTP."""
