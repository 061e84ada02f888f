"""The stated probability: what stands, and how a team's figures are pooled."""
