"""What is put together for a reader: status, report, explanation, matrix, agenda."""
