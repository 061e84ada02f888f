"""What was read, remembered in the user's cache and read lazily."""
