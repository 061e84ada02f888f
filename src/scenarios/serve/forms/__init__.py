"""Recording in a browser: form data → one call of the workspace, shown before it is made."""
