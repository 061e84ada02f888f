"""Questions at a terminal, the pager, and answers kept after an interruption."""
