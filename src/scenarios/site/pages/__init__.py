"""One file for each type of page: what it says, made of the documents and pictures of all else."""
