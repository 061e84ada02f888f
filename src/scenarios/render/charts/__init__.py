"""Charts: specifications that are declared, and what draws them as SVG."""
