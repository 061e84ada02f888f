"""What stands behind a review: a chapter for each scenario, set, and kind of record."""
