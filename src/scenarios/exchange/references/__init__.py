"""Sources as entries of a reference manager: RIS, BibTeX and CSL-JSON, in and out."""
