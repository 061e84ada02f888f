"""A database as pages with addresses: each a function of the database, the day and its address."""
