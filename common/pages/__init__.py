"""How our pages look: one base template and one style sheet, for all that people see in a browser."""
