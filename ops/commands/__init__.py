"""One module a command: its docstring is its help, ``add_arguments(parser)`` and ``run(options) -> int`` the rest."""
