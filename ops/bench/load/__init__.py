"""Load generators, in a process of their own, so that their processor time is not counted as the server's."""
