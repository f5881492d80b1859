"""Keys with which programs do in somebody's name what they were made for, and nothing else."""
