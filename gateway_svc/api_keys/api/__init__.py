"""How keys are asked for over HTTP."""
