"""Values to text: tables and JSON."""
