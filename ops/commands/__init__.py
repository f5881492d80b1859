"""One module for each command: its docstring is the help, and it has ``add_arguments(parser)`` and
``run(options) -> int``, which returns the exit code.
"""
