"""What a person sits at: questions, the pager, what was interrupted."""
