"""Data of a checkout kept between commands, in the user's state folder."""
