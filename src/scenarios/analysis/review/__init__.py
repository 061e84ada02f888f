"""Results for a reader: status, report, explanation, matrix, agenda."""
