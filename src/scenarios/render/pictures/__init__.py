"""From results to pictures: what is drawn, what a label says of it, and the table beside it."""
