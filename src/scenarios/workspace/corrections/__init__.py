"""What was recorded, put right: edited, renamed, removed, taken back."""
