"""The outside edge: the object storage, and the picture codecs."""
