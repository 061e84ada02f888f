"""Recording in a browser: form data → one call of the workspace, with a preview."""
