"""The desk of a team: a sign-in in front, roles, and pages that are blind until one has sat."""
