"""The services' instances, and the HTTP/1.1 that is spoken with them."""
