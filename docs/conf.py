"""How Sphinx builds the documents (``manage_all.py docs``)."""

project = "OpenCommerce"
html_title = project
language = "en"
extensions = ["myst_parser"]

# The source is the whole repository, so that a link is the same in an editor, on a forge and on the site, and every
# Markdown file there is has to have its place in a table of contents.
root_doc = "docs/index"
exclude_patterns = [".*", "**/.*", "**/node_modules", "**/__pycache__"]

myst_heading_anchors = 4

html_theme = "furo"
html_show_copyright = False
html_show_sphinx = False
html_copy_source = False
html_last_updated_fmt = None
