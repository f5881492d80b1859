"""Files: pictures and documents, kept in object storage and served from one place."""
