"""STIX 2.1 (OASIS): sources, evidence and scenarios as a bundle, and back."""
