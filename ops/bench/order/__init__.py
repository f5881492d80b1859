"""What an order takes: how long each leg of its way, how much of whom, and how many of them go through."""
