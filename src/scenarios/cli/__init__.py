"""Parse, call, render: one module for each group of commands."""
