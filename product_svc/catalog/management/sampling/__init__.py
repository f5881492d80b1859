"""What a benchmark has to know of a made catalogue: pages worth asking for, and what each takes of the database."""
