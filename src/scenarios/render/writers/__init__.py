"""Documents as text: for a terminal, as Markdown, as a page, for a code host."""
