"""What arrives from a file elsewhere, as records of the database: all of it, or nothing."""
