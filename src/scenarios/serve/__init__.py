"""The desk in a browser: the site's pages on a live workspace, for this machine alone."""
