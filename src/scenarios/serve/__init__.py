"""The desk in a browser: the site's pages on a live workspace, for local use only."""
