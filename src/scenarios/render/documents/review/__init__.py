"""The parts of the weekly review, each a few blocks of its document."""
