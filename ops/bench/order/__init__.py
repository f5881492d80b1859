"""What an order costs: how long each leg of its way takes, what it takes of each process, and how many go through."""
