"""Daily forecasts, their scores, and how well they are calibrated."""
