"""From a prior through lines of evidence to the implied probability."""
