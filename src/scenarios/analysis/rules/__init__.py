"""Every check and every finding."""
