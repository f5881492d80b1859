"""The outside edge: the letters we send, and the wake-ups that sockets listen for."""
