"""How the documentation is built: `make docs`."""

from pygments.lexers.special import TextLexer
from sphinx.highlighting import lexers

from tocsin import __version__

project = "Tocsin"
copyright = "2026, the Tocsin authors"
release = version = __version__

extensions = ["myst_parser"]
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence", "deflist"]
exclude_patterns = ["_build"]
nitpicky = True

html_theme = "furo"
html_title = f"Tocsin {__version__}"
html_show_sphinx = False
html_copy_source = False
# Nothing is loaded from another host: the pages are read where there is no network, too.
html_use_opensearch = ""
lexers["csv"] = TextLexer()  # Pygments has none, and an unknown one would be a warning
