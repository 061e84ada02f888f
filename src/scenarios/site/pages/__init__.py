"""One file for each type of page, built from documents and pictures."""
