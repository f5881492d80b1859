"""What people upload: received, checked, kept, served, and shown in smaller sizes."""
