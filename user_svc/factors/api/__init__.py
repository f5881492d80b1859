"""How second factors are asked for over HTTP."""
