"""Times as people read them, with their zone, which no page leaves to be guessed."""

DATE_FORMAT = "j M Y"
DATETIME_FORMAT = "j M Y, H:i:s T"
