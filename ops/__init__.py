"""What manage_all.py does: servers, processes, provisioning, and the commands over them."""
