"""A download from Metaculus, as a zip or as loose files, of any age."""
