"""What an outcome is called elsewhere."""

OUTCOMES = {
    **dict.fromkeys(("occurred", "yes", "true", "1", "1.0"), "occurred"),
    **dict.fromkeys(("did-not-occur", "did not occur", "no", "false", "0", "0.0"), "did-not-occur"),
    **dict.fromkeys(("annulled", "ambiguous", "void", "cancelled", "canceled"), "annulled"),
}
