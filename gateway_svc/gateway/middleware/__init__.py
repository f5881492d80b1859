"""What a request goes through on its way, one class a file."""
