"""Pictures: our own copy of what file_svc tells of files, by which we judge what products may show."""
