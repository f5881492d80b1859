"""What every service needs; it knows no noun of the shop (contracts excepted)."""
