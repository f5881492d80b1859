"""The only open door: it knows who is asking, and sends each request to the service that answers it."""
