"""What faces share when they ask: offers, help, and what is typed, as values."""
