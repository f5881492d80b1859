"""What those who run the shop have set at the door: how much one may ask, what routes take, and who stays out."""
