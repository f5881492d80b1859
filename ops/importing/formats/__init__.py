"""The formats a catalogue can be in, each a module whose ``read`` yields what an open file holds, in its order."""
